import { Route, Routes } from 'react-router-dom';
import { FreezesPage } from './freezes/FreezesPage';
import { RequestListPage } from './list/RequestListPage';
import { PolicyPage } from './policy/PolicyPage';
import { RequestPage } from './request/RequestPage';

/** Everything below `/approvals`. */
export function ApprovalsPage() {
  return (
    <Routes>
      <Route index element={<RequestListPage view="inbox" />} />
      <Route path="mine" element={<RequestListPage view="mine" />} />
      <Route path="history" element={<RequestListPage view="all" />} />
      <Route path="freezes" element={<FreezesPage />} />
      <Route path="policy" element={<PolicyPage />} />
      <Route path=":requestId" element={<RequestPage />} />
    </Routes>
  );
}
