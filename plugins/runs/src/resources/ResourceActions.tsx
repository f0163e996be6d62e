import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Button, ButtonLink } from '@backstage/ui';
import {
  RiCalendarScheduleLine,
  RiDeleteBinLine,
  RiEditLine,
} from '@remixicon/react';
import { Resource } from '@self-service/plugin-runs-common';
import { ReactElement, useId } from 'react';
import { resourcesTranslationRef } from '../resourcesTranslation';
import classes from './resources.module.css';

type ActionName = keyof Resource['actions'];

/** Actions, with what ends it last. */
const NAMES: ActionName[] = ['extend', 'change', 'remove'];

const ICONS: Record<ActionName, ReactElement> = {
  extend: <RiCalendarScheduleLine />,
  change: <RiEditLine />,
  remove: <RiDeleteBinLine />,
};

function ActionButton(props: {
  name: ActionName;
  resource: Resource;
  /** Of the text that says why some do not work. */
  reasonId: string;
}) {
  const { t } = useTranslationRef(resourcesTranslationRef);
  const { name, resource } = props;
  const { allowed, formPath } = resource.actions[name];
  const label = t(`action.${name}`);
  const look = {
    variant: 'secondary' as const,
    iconStart: ICONS[name],
    'aria-label': t('action.ofResource', {
      action: label,
      name: resource.name,
    }),
  };
  return allowed && formPath ? (
    <ButtonLink {...look} href={formPath}>
      {label}
    </ButtonLink>
  ) : (
    <Button {...look} isDisabled aria-describedby={props.reasonId}>
      {label}
    </Button>
  );
}

/** Why some actions do not work; those with one reason share a line. */
function Reasons(props: { id: string; resource: Resource }) {
  const { t } = useTranslationRef(resourcesTranslationRef);
  const labels = new Map<string, string[]>();
  for (const name of NAMES) {
    const { allowed, reason, formPath } = props.resource.actions[name];
    if (!allowed || !formPath) {
      const why = reason ?? t('action.noReason');
      labels.set(why, [...(labels.get(why) ?? []), t(`action.${name}`)]);
    }
  }
  return labels.size > 0 ? (
    <ul id={props.id} className={classes.reasons}>
      {[...labels].map(([reason, names]) => (
        <li key={reason}>
          {t('action.off', { names: names.join(', '), reason })}
        </li>
      ))}
    </ul>
  ) : (
    <></>
  );
}

/**
 * What can be done with a resource, each a form of its own, and why the rest
 * can't.
 */
export function ResourceActions(props: {
  resource: Resource;
  /** Where the buttons stand; default `end`. */
  align?: 'start' | 'end';
}) {
  const reasonId = useId();
  const { resource, align } = props;
  // There is nothing left that anything could be done with.
  if (resource.status === 'removed') {
    return <></>;
  }
  return (
    <div
      className={`${classes.actions} ${align === 'start' ? classes.start : ''}`}
    >
      <div className={classes.buttons}>
        {NAMES.map(name => (
          <ActionButton
            key={name}
            name={name}
            resource={resource}
            reasonId={reasonId}
          />
        ))}
      </div>
      <Reasons id={reasonId} resource={resource} />
    </div>
  );
}
