import { parseEntityRef } from '@backstage/catalog-model';
import { useRouteRef } from '@backstage/frontend-plugin-api';
import { useEntityPresentation } from '@backstage/plugin-catalog-react';
import { Link } from '@backstage/ui';
import { entityRouteRef } from '../routes';
import classes from './ui.module.css';

function readRef(entityRef: string, defaultKind: string) {
  try {
    return parseEntityRef(entityRef, {
      defaultKind,
      defaultNamespace: 'default',
    });
  } catch {
    return undefined;
  }
}

function ResolvedName(props: {
  parsed: { kind: string; namespace: string; name: string };
  plain?: boolean;
}) {
  const { parsed, plain } = props;
  const { primaryTitle } = useEntityPresentation(parsed);
  const entityLink = useRouteRef(entityRouteRef);
  if (plain || !entityLink) {
    return <>{primaryTitle}</>;
  }
  return <Link href={entityLink(parsed)}>{primaryTitle}</Link>;
}

/**
 * Name of a person, group or template as the catalog shows it, with a link to
 * it. Text that is no entity reference is shown as it is.
 *
 * @public
 */
export function EntityName(props: {
  entityRef: string;
  /** Kind of a reference without one; default `user`. */
  defaultKind?: string;
  /** Without the link, for places that are links themselves. */
  plain?: boolean;
}) {
  const parsed = readRef(props.entityRef, props.defaultKind ?? 'user');
  return parsed ? (
    <ResolvedName parsed={parsed} plain={props.plain} />
  ) : (
    <>{props.entityRef}</>
  );
}

/**
 * Several names, separated by commas.
 *
 * @public
 */
export function EntityNames(props: {
  entityRefs: string[];
  defaultKind?: string;
}) {
  return (
    <span className={classes.names}>
      {props.entityRefs.map((entityRef, index) => (
        <span key={entityRef}>
          {index > 0 && ', '}
          <EntityName entityRef={entityRef} defaultKind={props.defaultKind} />
        </span>
      ))}
    </span>
  );
}
