import { Route, Routes } from 'react-router-dom';
import { RequestListPage } from './list/RequestListPage';
import { RequestPage } from './request/RequestPage';

/** Everything below `/approvals`. */
export function ApprovalsPage() {
  return (
    <Routes>
      <Route index element={<RequestListPage view="inbox" />} />
      <Route path="mine" element={<RequestListPage view="mine" />} />
      <Route path="history" element={<RequestListPage view="all" />} />
      <Route path=":requestId" element={<RequestPage />} />
    </Routes>
  );
}
