import {
  identityApiRef,
  StorageApi,
  storageApiRef,
  useApi,
} from '@backstage/frontend-plugin-api';
import { catalogApiRef } from '@backstage/plugin-catalog-react';
import {
  scaffolderApiRef,
  TemplateParameterSchema,
} from '@backstage/plugin-scaffolder-react';
import { JsonObject, JsonValue } from '@backstage/types';
import {
  SelfServiceSpec,
  selfServiceSpecSchema,
} from '@self-service/plugin-approvals-common';
import { Resource, Run } from '@self-service/plugin-runs-common';
import { runsApiRef } from '../api/RunsApi';
import { formApiRef } from './api/FormApi';
import { FormField, listFields } from './formFields';
import { makeInitialValues, readResourceValues } from './initialValues';
import { LastValuesKey, readLastValues } from './lastValues';
import { readOrigin } from './origin';
import { stripSecrets } from './stripSecrets';
import { Answer, useAnswer } from './useAnswer';

/** What a form opens with. */
export interface FormStart {
  templateRef: string;
  manifest: TemplateParameterSchema;
  fields: ReadonlyMap<string, FormField>;
  /** Of the template; `undefined` if it declares none that can be read. */
  selfService?: SelfServiceSpec;
  /** What the fields open with, see `makeInitialValues`. */
  values: Record<string, JsonValue>;
  asLastTime: string[];
  /** What they would open with if there was no last time. */
  freshValues: Record<string, JsonValue>;
  /** Whose last values these are; `undefined` if nobody is known. */
  lastValuesKey?: LastValuesKey;
  /** The run that the values come from, and that this one replaces. */
  earlier?: Run;
  /** The resource that the form is about. */
  resource?: Resource;
  /** Why the resource that the address names could not be read. */
  resourceError?: Error;
  /** Ref of the entity whose page the form was opened on. */
  entityRef?: string;
}

/** An answer, or `undefined` where the form does as well without it. */
async function tolerate<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch {
    return undefined;
  }
}

function readSelfService(spec: unknown): SelfServiceSpec | undefined {
  const { selfService } = (spec ?? {}) as { selfService?: unknown };
  return selfServiceSpecSchema.safeParse(selfService).data;
}

async function readLast(
  storageApi: StorageApi,
  key: LastValuesKey | undefined,
): Promise<Record<string, JsonValue>> {
  return (key && (await tolerate(readLastValues(storageApi, key)))) ?? {};
}

function useLoaders() {
  const scaffolderApi = useApi(scaffolderApiRef);
  const catalogApi = useApi(catalogApiRef);
  const identityApi = useApi(identityApiRef);
  const storageApi = useApi(storageApiRef);
  const runsApi = useApi(runsApiRef);
  const formApi = useApi(formApiRef);
  return {
    scaffolderApi,
    catalogApi,
    identityApi,
    storageApi,
    runsApi,
    formApi,
  };
}

/** The values that the address gives, and where they come from. */
async function loadGiven(
  loaders: ReturnType<typeof useLoaders>,
  search: URLSearchParams,
  signal: AbortSignal,
) {
  const { from, resource, entity, formData } = readOrigin(search);
  const { scaffolderApi, runsApi, formApi } = loaders;
  const [task, earlier, found] = await Promise.all([
    from ? scaffolderApi.getTask(from) : undefined,
    from ? runsApi.getRun(from, { signal }) : undefined,
    resource
      ? formApi.getResource(resource, { signal }).then(
          value => ({ value, error: undefined }),
          (error: Error) => ({ value: undefined, error }),
        )
      : undefined,
  ]);
  const values: JsonObject = task?.spec.parameters ?? formData;
  return { values, earlier, found, entityRef: entity };
}

function findEntityParameter(
  selfService: SelfServiceSpec | undefined,
  entityRef: string,
): string | undefined {
  const kind = entityRef.split(':')[0].toLocaleLowerCase('en-US');
  return selfService?.offeredOn?.find(
    offer => offer.kind.toLocaleLowerCase('en-US') === kind && offer.parameter,
  )?.parameter;
}

async function loadStart(
  loaders: ReturnType<typeof useLoaders>,
  templateRef: string,
  search: URLSearchParams,
  signal: AbortSignal,
): Promise<FormStart> {
  const { scaffolderApi, catalogApi, identityApi, storageApi } = loaders;
  const [manifest, given, template, identity] = await Promise.all([
    scaffolderApi.getTemplateParameterSchema(templateRef),
    loadGiven(loaders, search, signal),
    tolerate(catalogApi.getEntityByRef(templateRef)),
    tolerate(identityApi.getBackstageIdentity()),
  ]);
  const fields = listFields(manifest);
  const selfService = readSelfService(template?.spec);
  const { earlier, found, entityRef } = given;
  const base = {
    templateRef,
    manifest,
    fields,
    selfService,
    earlier,
    resource: found?.value,
    resourceError: found?.error,
    entityRef,
    lastValuesKey: identity && {
      userRef: identity.userEntityRef,
      templateRef,
    },
  };
  const values = stripSecrets(given.values, manifest);
  if (earlier) {
    // As it was, and nothing that was not there: it is about to be corrected.
    return { ...base, values, freshValues: values, asLastTime: [] };
  }
  const parameter = entityRef && findEntityParameter(selfService, entityRef);
  const options = {
    fields,
    selfService,
    given: {
      ...values,
      ...(found?.value && readResourceValues(found.value, fields, selfService)),
      ...(parameter && { [parameter]: entityRef }),
    },
    teams: (identity?.ownershipEntityRefs ?? []).filter(ref =>
      ref.startsWith('group:'),
    ),
  };
  const last = await readLast(storageApi, base.lastValuesKey);
  const initial = makeInitialValues({ ...options, last });
  const fresh = makeInitialValues({ ...options, last: {} });
  return {
    ...base,
    values: initial.values,
    freshValues: fresh.values,
    // What it would hold anyway is no matter of the last time.
    asLastTime: initial.asLastTime.filter(
      name => initial.values[name] !== fresh.values[name],
    ),
  };
}

/**
 * Loads what a form opens with. Only the template's parameters and, where the
 * address names it, the earlier run are indispensable.
 *
 * @param search - of the address, see `origin.ts`
 */
export function useFormStart(
  templateRef: string,
  search: URLSearchParams,
): Answer<FormStart> {
  const loaders = useLoaders();
  return useAnswer(`${templateRef} ${search}`, signal =>
    loadStart(loaders, templateRef, search, signal),
  );
}
