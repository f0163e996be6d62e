import {
  createFrontendModule,
  PageBlueprint,
} from '@backstage/frontend-plugin-api';
import { Navigate } from 'react-router-dom';

/** The front door leads to what people come for: the list of templates. */
const homePage = PageBlueprint.make({
  name: 'home',
  params: {
    path: '/',
    noHeader: true,
    loader: async () => <Navigate to="/create" replace />,
  },
});

/** Gives `/` a page; a portal with a home page of its own leaves this out. */
export const homeModule = createFrontendModule({
  pluginId: 'app',
  extensions: [homePage],
});
