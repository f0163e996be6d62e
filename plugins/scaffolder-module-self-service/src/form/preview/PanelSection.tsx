import { ReactNode } from 'react';
import classes from './preview.module.css';

/** A titled part of the panel. */
export function PanelSection(props: { title: string; children: ReactNode }) {
  return (
    <section className={classes.section}>
      <h3 className={classes.sectionTitle}>{props.title}</h3>
      {props.children}
    </section>
  );
}
