// Preloaded into the processes of the stack: a parent that was killed cannot
// stop them, so they stop by themselves.
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) {
    process.kill(process.pid, 'SIGTERM');
  }
}, 1000).unref();
