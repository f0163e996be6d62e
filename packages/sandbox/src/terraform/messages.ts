/** The words of Atlantis: contexts, descriptions, comments. */

/** Which of the two commands a report is about. */
export type Command = 'plan' | 'apply';

/** Status context of a command over all projects of a pull request. */
export function combinedContext(command: Command): string {
  return `atlantis/${command}`;
}

/** Status context of a command on one project. */
export function projectContext(command: Command, directory: string): string {
  return `atlantis/${command}: ${directory}/default`;
}

/** Description of the combined status once the command ended. */
export function combinedDescription(
  command: Command,
  done: number,
  total: number,
): string {
  const verb = command === 'plan' ? 'planned' : 'applied';
  return `${done}/${total} projects ${verb} successfully.`;
}

/** Description of a status while the command runs. */
export function progressDescription(command: Command): string {
  return command === 'plan' ? 'Plan in progress...' : 'Apply in progress...';
}

/** The comment that reports planned projects. */
export function planComment(
  projects: { directory: string; text: string; error?: string }[],
): string {
  const parts = projects.map(({ directory, text, error }) =>
    error
      ? `Ran Plan for dir: \`${directory}\` workspace: \`default\`\n\n**Plan Error**\n\`\`\`\n${error}\n\`\`\``
      : `Ran Plan for dir: \`${directory}\` workspace: \`default\`\n\n\`\`\`diff\n${text}\`\`\`\n\n* :arrow_forward: To **apply** this plan, comment:\n    * \`atlantis apply -d ${directory}\``,
  );
  return `${parts.join(
    '\n\n---\n\n',
  )}\n\n---\n* :fast_forward: To **apply** all unapplied plans from this Pull Request, comment:\n    * \`atlantis apply\``;
}

/** The comment that reports applied projects. */
export function applyComment(
  projects: { directory: string; text: string; error?: string }[],
): string {
  return projects
    .map(({ directory, text, error }) => {
      const head = `Ran Apply for dir: \`${directory}\` workspace: \`default\``;
      return error
        ? `${head}\n\n**Apply Error**\n\`\`\`\n${error}\n\`\`\``
        : `${head}\n\n\`\`\`diff\n${text}\`\`\``;
    })
    .join('\n\n---\n\n');
}

/** The answer to an apply when no plan of the head stands. */
export const NOTHING_TO_APPLY = 'Ran Apply for 0 projects:';

/** The answer to a command while another one runs. */
export const LOCKED =
  'The `default` workspace is currently locked by another command that is running for this pull request.\nWait until the previous command is complete and try again.';

/** The answer to a command on a closed pull request. */
export const CLOSED = "Atlantis commands can't be run on closed pull requests";

/** The answer to somebody without the right to write. */
export function notPermitted(user: string): string {
  return `\`\`\`\nError: User @${user} does not have permissions to execute 'apply' command.\n\`\`\``;
}
