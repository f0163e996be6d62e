import { HttpAuthService } from '@backstage/backend-plugin-api';
import {
  FormPreview,
  formPreviewQuestionSchema,
} from '@self-service/plugin-approvals-common';
import { Response, Router } from 'express';
import { toCaller } from '../services/Caller';
import { FormPreviews } from '../services/preview/FormPreviews';
import { parse } from './parse';

/** What a form shows before it is sent: user principals only. */
export function addPreviewRoutes(
  router: Router,
  options: { httpAuth: HttpAuthService; previews: FormPreviews },
): void {
  const { httpAuth, previews } = options;

  router.post('/form-previews', async (req, res: Response<FormPreview>) => {
    const credentials = await httpAuth.credentials(req, { allow: ['user'] });
    const question = parse(formPreviewQuestionSchema, req.body);
    res.json(await previews.preview(question, toCaller(credentials)));
  });
}
