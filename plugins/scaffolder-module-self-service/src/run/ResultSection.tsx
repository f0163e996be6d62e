import { parseEntityRef } from '@backstage/catalog-model';
import { MarkdownContent } from '@backstage/core-components';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { EntityName, SafeLink, Section } from '@self-service/plugin-approvals';
import { z } from 'zod';
import { runsTranslationRef } from '../translation';
import { ShownRun } from './useRun';

const linkSchema = z.object({
  title: z.string().optional(),
  url: z.string().optional(),
  entityRef: z.string().optional(),
});
const textSchema = z.object({
  title: z.string().optional(),
  content: z.string().optional(),
});

/** The items of a list that have the right shape; a template may err. */
function readItems<T>(schema: z.ZodType<T>, list: unknown): T[] {
  return Array.isArray(list)
    ? list.flatMap(item => schema.safeParse(item).data ?? [])
    : [];
}

function isEntityRef(text: string): boolean {
  try {
    parseEntityRef(text);
    return true;
  } catch {
    return false;
  }
}

function OutputLink(props: { link: z.infer<typeof linkSchema> }) {
  const { title, url, entityRef } = props.link;
  if (entityRef && isEntityRef(entityRef)) {
    return (
      <li>
        {title && `${title}: `}
        <EntityName entityRef={entityRef} />
      </li>
    );
  }
  return url ? (
    <li>
      <SafeLink url={url}>{title ?? url}</SafeLink>
    </li>
  ) : (
    <></>
  );
}

/** What the template gives out at the end: links and texts. */
export function ResultSection(props: { state: ShownRun }) {
  const { t } = useTranslationRef(runsTranslationRef);
  const { output } = props.state.view;
  const links = readItems(linkSchema, output?.links);
  const texts = readItems(textSchema, output?.text);
  if (links.length === 0 && texts.length === 0) {
    return <></>;
  }
  return (
    <Section title={t('run.result')}>
      {links.length > 0 && (
        <ul style={{ margin: 0, paddingLeft: '1.1rem', lineHeight: 1.8 }}>
          {links.map((link, index) => (
            <OutputLink key={index} link={link} />
          ))}
        </ul>
      )}
      {texts.map(({ title, content }, index) => (
        <div key={index} style={{ marginTop: 'var(--bui-space-3)' }}>
          {title && <strong>{title}</strong>}
          <MarkdownContent content={content ?? ''} />
        </div>
      ))}
    </Section>
  );
}
