import { Route, Routes } from 'react-router-dom';
import { DecisionPage } from './decide/DecisionPage';
import { FreezesPage } from './freezes/FreezesPage';
import { RequestListPage } from './list/RequestListPage';
import { MessagesPage } from './messages/MessagesPage';
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
      <Route path="messages" element={<MessagesPage />} />
      <Route path="decide" element={<DecisionPage />} />
      <Route path=":requestId" element={<RequestPage />} />
    </Routes>
  );
}
