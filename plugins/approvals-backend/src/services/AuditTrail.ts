import { AuditorService } from '@backstage/backend-plugin-api';
import { toError } from '@backstage/errors';
import { JsonObject } from '@backstage/types';

/**
 * Writes one audit event around each write, whether it succeeds or fails.
 */
export class AuditTrail {
  readonly #auditor: AuditorService;

  constructor(auditor: AuditorService) {
    this.#auditor = auditor;
  }

  /**
   * Creates the event, does the work, and resolves the event.
   *
   * @param event - `actor` is a user ref or the subject of a service
   * @throws what the work throws
   */
  async record<T>(
    event: { eventId: string; actor: string; meta?: JsonObject },
    work: () => Promise<T>,
  ): Promise<T> {
    const { eventId, actor, meta } = event;
    const entry = await this.#auditor.createEvent({
      eventId,
      severityLevel: 'medium',
      meta: { actor, ...meta },
    });
    try {
      const result = await work();
      await entry.success();
      return result;
    } catch (error) {
      await entry.fail({ error: toError(error) });
      throw error;
    }
  }
}
