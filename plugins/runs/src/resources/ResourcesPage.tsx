import { Route, Routes } from 'react-router-dom';
import { ResourceListPage } from './ResourceListPage';
import { ResourcePage } from './ResourcePage';

/** Everything below `/resources`. */
export function ResourcesPage() {
  return (
    <Routes>
      <Route index element={<ResourceListPage view="mine" />} />
      <Route path="team" element={<ResourceListPage view="team" />} />
      <Route path="all" element={<ResourceListPage view="all" />} />
      <Route path=":resourceId" element={<ResourcePage />} />
    </Routes>
  );
}
