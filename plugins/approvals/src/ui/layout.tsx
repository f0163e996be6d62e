import { Card, Container } from '@backstage/ui';
import { ReactNode, useId } from 'react';
import classes from './ui.module.css';

/**
 * The content of a page, marked as such for those who navigate by landmarks.
 *
 * @public
 */
export function PageContent(props: { children: ReactNode }) {
  return (
    <main>
      <Container>{props.children}</Container>
    </main>
  );
}

/**
 * Title of a page of one thing: what it is, its status, a line of details,
 * and what can be done with it. Wraps on narrow screens.
 *
 * @public
 */
export function PageHeader(props: {
  kicker?: ReactNode;
  title: string;
  status?: ReactNode;
  /** Short details, shown in one line where there is room. */
  meta?: ReactNode[];
  actions?: ReactNode;
}) {
  return (
    <header className={classes.header}>
      <div className={classes.headerText}>
        {props.kicker && <p className={classes.kicker}>{props.kicker}</p>}
        <h1 className={classes.title}>
          {props.title}
          {props.status}
        </h1>
        {props.meta && (
          <div className={classes.meta}>
            {props.meta.filter(Boolean).map((detail, index) => (
              <span key={index}>{detail}</span>
            ))}
          </div>
        )}
      </div>
      {props.actions && <div className={classes.actions}>{props.actions}</div>}
    </header>
  );
}

/**
 * A titled card, announced as a region.
 *
 * @public
 */
export function Section(props: {
  title: string;
  aside?: ReactNode;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <Card role="region" aria-labelledby={id} className={classes.section}>
      <h2 id={id} className={classes.sectionTitle}>
        {props.title}
        {props.aside}
      </h2>
      {props.children}
    </Card>
  );
}

/**
 * Two columns, one below the other where the screen is narrow.
 *
 * @public
 */
export function Columns(props: { main: ReactNode; side: ReactNode }) {
  return (
    <div className={classes.columns}>
      <div className={classes.column}>{props.main}</div>
      <div className={classes.column}>{props.side}</div>
    </div>
  );
}

/**
 * Names and values; a fact without a value is left out.
 *
 * @public
 */
export function FactList(props: { facts: [name: string, value: ReactNode][] }) {
  return (
    <dl className={classes.facts}>
      {props.facts
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => (
          <div key={name} style={{ display: 'contents' }}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

/**
 * Says in place of a list that there is nothing, and what that means.
 *
 * @public
 */
export function EmptyState(props: {
  icon: ReactNode;
  title: string;
  description: string;
  action?: ReactNode;
}) {
  return (
    <div className={classes.empty}>
      {props.icon}
      <strong>{props.title}</strong>
      <span style={{ color: 'var(--bui-fg-secondary)', maxWidth: '34rem' }}>
        {props.description}
      </span>
      {props.action}
    </div>
  );
}

/**
 * Sentences, one below the other.
 *
 * @public
 */
export function Sentences(props: { sentences: string[] }) {
  return (
    <ul className={classes.reasons}>
      {props.sentences.map(sentence => (
        <li key={sentence}>{sentence}</li>
      ))}
    </ul>
  );
}
