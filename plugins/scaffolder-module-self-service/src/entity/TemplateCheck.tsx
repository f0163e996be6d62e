import { Entity } from '@backstage/catalog-model';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { useEntity } from '@backstage/plugin-catalog-react';
import { Text } from '@backstage/ui';
import { Section, StatusChip } from '@self-service/plugin-approvals';
import { z } from 'zod';
import { formTranslationRef } from '../formTranslation';
import classes from './TemplateCheck.module.css';

/** Of warnings; errors have the catalog's own type, for its own page. */
const WARNING_TYPE = 'self-service/template-check';
const ERROR_NAME = 'TemplateCheckError';

const itemSchema = z.object({
  type: z.string(),
  message: z.string(),
  error: z.object({ name: z.string() }).optional(),
});
const statusSchema = z.object({
  status: z.object({ items: z.array(z.unknown()) }),
});

/** Something that the check of the catalog backend has found. */
export interface TemplateProblem {
  level: 'error' | 'warning';
  /** For example `spec.steps[2].input`. */
  path: string;
  message: string;
}

/**
 * What the check of the catalog backend has found wrong with a template,
 * errors first. Pure. Other items of an entity's status are left out.
 */
export function readTemplateProblems(entity: Entity): TemplateProblem[] {
  const items = statusSchema.safeParse(entity).data?.status.items ?? [];
  const problems = items.flatMap((item): TemplateProblem[] => {
    const { type, message, error } = itemSchema.safeParse(item).data ?? {};
    const isError = error?.name === ERROR_NAME;
    if (message === undefined || (!isError && type !== WARNING_TYPE)) {
      return [];
    }
    // `<path>: <what is wrong>`
    const [, path, what] = message.match(/^(\S+): (.*)$/s) ?? ['', '', message];
    return [{ level: isError ? 'error' : 'warning', path, message: what }];
  });
  return problems.sort((left, right) => left.level.localeCompare(right.level));
}

/** On the page of a template: what is wrong with it, and where. */
export function TemplateCheck() {
  const { t } = useTranslationRef(formTranslationRef);
  const { entity } = useEntity();
  const problems = readTemplateProblems(entity);
  const hasErrors = problems.some(({ level }) => level === 'error');
  return (
    <Section title={t('check.title')}>
      {problems.length === 0 && (
        <Text color="secondary">{t('check.fine')}</Text>
      )}
      {hasErrors && (
        <Text as="p" color="secondary" className={classes.text}>
          {t('check.errorText')}
        </Text>
      )}
      <ul className={classes.problems}>
        {problems.map(({ level, path, message }) => (
          <li key={`${path} ${message}`} className={classes.problem}>
            <StatusChip
              tone={level === 'error' ? 'failure' : 'caution'}
              label={t(`check.${level}`)}
            />
            <span>
              <code>{path}</code>
              <span className={classes.message}>{message}</span>
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
