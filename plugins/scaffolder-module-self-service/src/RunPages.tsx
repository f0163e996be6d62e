import { Route, Routes } from 'react-router-dom';
import { RunListPage } from './list/RunListPage';
import { RunPage } from './run/RunPage';

/** Everything below `/create/tasks`. */
export function RunPages() {
  return (
    <Routes>
      <Route index element={<RunListPage />} />
      <Route path=":taskId" element={<RunPage />} />
    </Routes>
  );
}
