import { Link, useSidebarOpenState } from '@backstage/core-components';
import classes from './nav.module.css';

function Mark() {
  return (
    <svg width="32" height="32" viewBox="0 0 32 32" aria-hidden>
      <rect width="32" height="32" rx="9" fill="#36baa2" />
      <path
        d="M9 17.5l4.6 4.5L23 11"
        fill="none"
        stroke="#fff"
        strokeWidth="3.4"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}

/** The product's mark, with its name where the sidebar is open. */
export function SidebarLogo() {
  const { isOpen } = useSidebarOpenState();
  return (
    <Link
      to="/"
      underline="none"
      className={classes.logo}
      aria-label="Self-Service, home"
    >
      <Mark />
      {isOpen && <span>Self-Service</span>}
    </Link>
  );
}
