import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Button, ButtonLink } from '@backstage/ui';
import {
  RiArrowGoBackLine,
  RiCloseCircleLine,
  RiEditLine,
  RiFileCopyLine,
  RiRestartLine,
} from '@remixicon/react';
import { RunOption } from '@self-service/plugin-runs-common';
import { ReactElement, useId, useState } from 'react';
import { failureTranslationRef } from '../failureTranslation';
import { selectedTemplateRouteRef } from '../routes';
import { runsTranslationRef } from '../translation';
import { CancelRunDialog } from './CancelRunDialog';
import { findMainOption, OptionName, readOptions } from './readOptions';
import { RetryDialog } from './RetryDialog';
import { RollbackDialog } from './RollbackDialog';
import classes from './RunActions.module.css';
import { makeFormUrl } from './makeFormUrl';
import { isActive, ShownRun } from './useRun';

type AskingOption = Exclude<OptionName, 'resubmit'>;

const ICONS: Record<OptionName, ReactElement> = {
  retry: <RiRestartLine />,
  resubmit: <RiEditLine />,
  rollback: <RiArrowGoBackLine />,
  cancel: <RiCloseCircleLine />,
};

function OptionButton(props: {
  name: OptionName;
  option: RunOption;
  isMain: boolean;
  /** Of the text that says why some do not work. */
  reasonId: string;
  /** Address of the form, for `resubmit`. */
  formUrl?: string;
  onAsk: (name: AskingOption) => void;
}) {
  const { t } = useTranslationRef(failureTranslationRef);
  const { name, option, formUrl } = props;
  const look = {
    variant: props.isMain ? ('primary' as const) : ('secondary' as const),
    iconStart: ICONS[name],
  };
  if (name === 'resubmit' && option.allowed && formUrl) {
    return (
      <ButtonLink {...look} href={formUrl}>
        {t('options.resubmit')}
      </ButtonLink>
    );
  }
  return (
    <Button
      {...look}
      isDisabled={!option.allowed || name === 'resubmit'}
      aria-describedby={option.allowed ? undefined : props.reasonId}
      onPress={() => name !== 'resubmit' && props.onAsk(name)}
    >
      {t(`options.${name}`)}
    </Button>
  );
}

/** Why some buttons do not work; those with one reason share a line. */
function Reasons(props: { id: string; options: [OptionName, RunOption][] }) {
  const { t } = useTranslationRef(failureTranslationRef);
  const names = new Map<string, string[]>();
  for (const [
    name,
    { allowed, reason = t('options.noReason') },
  ] of props.options) {
    if (!allowed) {
      names.set(reason, [...(names.get(reason) ?? []), t(`options.${name}`)]);
    }
  }
  return names.size > 0 ? (
    <ul id={props.id} className={classes.reasons}>
      {[...names].map(([reason, labels]) => (
        <li key={reason}>
          {t('options.off', { names: labels.join(', '), reason })}
        </li>
      ))}
    </ul>
  ) : (
    <></>
  );
}

function Dialogs(props: {
  asking: AskingOption | undefined;
  state: ShownRun;
  onClose: () => void;
  onDone: () => void;
}) {
  const { asking, state, onClose, onDone } = props;
  const { id: taskId } = state.task;
  switch (asking) {
    case 'retry':
      return <RetryDialog taskId={taskId} onClose={onClose} onDone={onDone} />;
    case 'rollback':
      return (
        <RollbackDialog
          taskId={taskId}
          effects={state.run.effects}
          onClose={onClose}
          onDone={onDone}
        />
      );
    case 'cancel':
      return (
        <CancelRunDialog state={state} onClose={onClose} onDone={onDone} />
      );
    default:
      return <></>;
  }
}

/** What can be done with the run now, and why the rest can't. */
export function RunActions(props: {
  state: ShownRun;
  refresh: () => Promise<void>;
}) {
  const { state, refresh } = props;
  const { t: runTexts } = useTranslationRef(runsTranslationRef);
  const templateLink = useRouteRef(selectedTemplateRouteRef);
  const formUrl = templateLink && makeFormUrl(state.task, templateLink);
  const [asking, setAsking] = useState<AskingOption>();
  const reasonId = useId();
  const options = readOptions(state);
  const main = findMainOption(options, state.run);
  const isResubmittable = options.some(([name]) => name === 'resubmit');
  return (
    <div className={classes.actions}>
      <div className={classes.buttons}>
        {options.map(([name, option]) => (
          <OptionButton
            key={name}
            name={name}
            option={option}
            isMain={name === main}
            reasonId={reasonId}
            formUrl={formUrl}
            onAsk={setAsking}
          />
        ))}
        {!isResubmittable && !isActive(state.status) && formUrl && (
          <ButtonLink
            href={formUrl}
            variant="secondary"
            iconStart={<RiFileCopyLine />}
          >
            {runTexts('run.startOver')}
          </ButtonLink>
        )}
      </div>
      <Reasons id={reasonId} options={options} />
      <Dialogs
        asking={asking}
        state={state}
        onClose={() => setAsking(undefined)}
        onDone={() => {
          setAsking(undefined);
          refresh();
        }}
      />
    </div>
  );
}
