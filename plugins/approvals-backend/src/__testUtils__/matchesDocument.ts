import { Response } from 'supertest';
import { z } from 'zod';
import { createApprovalsDocument } from '../openapi/document';

const documentSchema = z.object({
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({
        responses: z.record(
          z.string(),
          z.object({
            content: z
              .object({
                'application/json': z.object({
                  schema: z.record(z.string(), z.any()),
                }),
              })
              .optional(),
          }),
        ),
      }),
    ),
  ),
});

const { paths } = documentSchema.parse(createApprovalsDocument());

/** The template of a path; one without parameters goes before those with. */
function findTemplate(path: string): string | undefined {
  return Object.keys(paths)
    .sort((a, b) => Number(a.includes('{')) - Number(b.includes('{')))
    .find(template =>
      new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`).test(path),
    );
}

/**
 * Holds an answer of success against the OpenAPI document: no field that is
 * not in it, none missing.
 *
 * @throws where the two differ
 */
export function matchesDocument(response: Response): void {
  if (!response.ok) {
    return;
  }
  const { method, url } = response.request;
  const path = new URL(url).pathname.replace('/api/approvals', '');
  const operation = paths[findTemplate(path) ?? '']?.[method.toLowerCase()];
  const documented = operation?.responses[response.status];
  if (!documented) {
    throw new Error(`${method} ${path} ${response.status} is not documented`);
  }
  const schema = documented.content?.['application/json'].schema;
  if (schema) {
    z.fromJSONSchema(schema).parse(response.body);
  } else if (response.text) {
    throw new Error(`${method} ${path} answers more than is documented`);
  }
}
