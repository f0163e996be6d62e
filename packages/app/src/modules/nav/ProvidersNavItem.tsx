import { NavContentNavItem } from '@backstage/plugin-app-react';
import { useMaySeeProviders } from '@self-service/plugin-runs';
import { NavItem } from './NavItem';

/** The Providers page in the navigation of those who may see it. */
export function ProvidersNavItem(props: { item: NavContentNavItem }) {
  return useMaySeeProviders() ? <NavItem {...props.item} /> : <></>;
}
