import { AuthService, DiscoveryService } from '@backstage/backend-plugin-api';
import { ResponseError } from '@backstage/errors';
import {
  Admission,
  AdmissionQuestion,
  admissionSchema,
  CloseRun,
  GateResult,
  gateResultSchema,
  OpenGate,
  Preview,
  PreviewQuestion,
  previewSchema,
  waitsSchema,
} from '@self-service/plugin-approvals-common';
import { ApprovalsService } from './ApprovalsService';

const PLUGIN_ID = 'approvals';
const MAXIMUM_WAITS = 500;
/** An answer that takes longer is none: a step must not hang on it. */
const TIMEOUT_MILLISECONDS = 30_000;

/**
 * Calls the approvals backend over HTTP with the calling plugin's own service
 * credentials.
 *
 * @remarks
 * Repeats nothing by itself: every call is safe to repeat, and the caller
 * knows for how long it is worth it.
 *
 * @public
 */
export class DefaultApprovalsService implements ApprovalsService {
  readonly #discovery: DiscoveryService;
  readonly #auth: AuthService;

  /** Makes a client; nothing is called yet. */
  static create(options: {
    discovery: DiscoveryService;
    auth: AuthService;
  }): DefaultApprovalsService {
    return new DefaultApprovalsService(options);
  }

  private constructor(options: {
    discovery: DiscoveryService;
    auth: AuthService;
  }) {
    this.#discovery = options.discovery;
    this.#auth = options.auth;
  }

  /** {@inheritdoc ApprovalsService.openGate} */
  async openGate(gate: OpenGate): Promise<GateResult> {
    return gateResultSchema.parse(await this.#post('/gates', gate));
  }

  /** {@inheritdoc ApprovalsService.admit} */
  async admit(question: AdmissionQuestion): Promise<Admission> {
    return admissionSchema.parse(await this.#post('/admissions', question));
  }

  /** {@inheritdoc ApprovalsService.preview} */
  async preview(question: PreviewQuestion): Promise<Preview> {
    return previewSchema.parse(await this.#post('/previews', question));
  }

  /** {@inheritdoc ApprovalsService.closeRun} */
  async closeRun(taskId: string, reason: CloseRun): Promise<void> {
    await this.#post(`/runs/${encodeURIComponent(taskId)}/close`, reason);
  }

  /** {@inheritdoc ApprovalsService.decidedAmong} */
  async decidedAmong(requestIds: string[]): Promise<string[]> {
    const over: string[] = [];
    for (let at = 0; at < requestIds.length; at += MAXIMUM_WAITS) {
      const batch = requestIds.slice(at, at + MAXIMUM_WAITS);
      const answer = await this.#post('/waits', { requestIds: batch });
      over.push(...waitsSchema.parse(answer).over);
    }
    return over;
  }

  /**
   * @throws ResponseError for any answer but 2xx
   */
  async #post(path: string, body: object): Promise<unknown> {
    const [baseUrl, { token }] = await Promise.all([
      this.#discovery.getBaseUrl(PLUGIN_ID),
      this.#auth.getPluginRequestToken({
        onBehalfOf: await this.#auth.getOwnServiceCredentials(),
        targetPluginId: PLUGIN_ID,
      }),
    ]);
    const response = await fetch(`${baseUrl}${path}`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        Authorization: `Bearer ${token}`,
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
    });
    if (!response.ok) {
      throw await ResponseError.fromResponse(response);
    }
    return response.status === 204 ? undefined : response.json();
  }
}
