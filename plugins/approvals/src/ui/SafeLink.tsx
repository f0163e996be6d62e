import { Link } from '@backstage/ui';
import { RiExternalLinkLine } from '@remixicon/react';
import { ReactNode } from 'react';
import classes from './ui.module.css';

/**
 * Tells whether a page may link to this address: `http`, `https`, or a path
 * of this app. Addresses come from templates and outside systems, and one
 * such as `javascript:…` would run as the reader.
 *
 * @public
 */
export function isSafeUrl(url: string): boolean {
  return /^https?:\/\//i.test(url) || /^\/(?!\/)/.test(url);
}

/**
 * A link to an address that came from elsewhere; outside addresses open in a
 * new tab. An unsafe address is shown as text without a link.
 *
 * @public
 */
export function SafeLink(props: { url: string; children: ReactNode }) {
  if (!isSafeUrl(props.url)) {
    return <>{props.children}</>;
  }
  if (props.url.startsWith('/')) {
    return <Link href={props.url}>{props.children}</Link>;
  }
  return (
    <Link href={props.url} target="_blank" rel="noopener noreferrer">
      <span className={classes.external}>
        {props.children}
        <RiExternalLinkLine aria-label="(opens in a new tab)" />
      </span>
    </Link>
  );
}
