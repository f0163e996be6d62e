// @ts-check

/**
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.createTable('runs', table => {
    table.comment('What was recorded of a run at its first gate');
    table.string('task_id').primary();
    table.string('template_ref').nullable();
    table.string('requester').nullable();
    table.boolean('authorised').notNullable();
    table.text('secret_names').notNullable().comment('JSON array, no values');
    table
      .timestamp('cancelled_at')
      .nullable()
      .comment('A person cancelled the run: it never acts again');
    table.timestamp('created_at').notNullable();
  });

  await knex.schema.createTable('suspensions', table => {
    table.comment('Runs that wait, see architecture section 2');
    table.string('id').primary();
    table.string('task_id').notNullable();
    table.string('step_id').notNullable();
    table.string('input_digest').notNullable();
    table.string('status').notNullable();
    table
      .integer('version')
      .notNullable()
      .comment('Grows with each transition; transitions compare and set it');
    table.string('wait_kind').notNullable();
    table.text('wait_ref').notNullable();
    table.text('title').notNullable();
    table.text('url').nullable();
    table
      .bigInteger('park_event_id')
      .nullable()
      .comment('The task event that ended the parked attempt');
    table
      .integer('cancels_sent')
      .notNullable()
      .comment('How often we asked to cancel the attempt that parks');
    table.text('sealed_secrets').nullable().comment('AES-256-GCM');
    table.text('attention').nullable();
    table.timestamp('signalled_at').nullable();
    table
      .timestamp('retry_sent_at')
      .nullable()
      .comment('When we first asked to retry the parked task');
    table.integer('attempts').notNullable();
    table.timestamp('next_attempt_at').nullable();
    table.timestamp('lease_until').nullable();
    table.timestamp('checked_at').notNullable();
    table.timestamp('suspended_at').notNullable();
    table.timestamp('resumed_at').nullable();
    table.timestamp('created_at').notNullable();
    table.timestamp('updated_at').notNullable();
    table.unique(['task_id', 'step_id', 'input_digest']);
    table.index(['status', 'checked_at']);
    table.index(['wait_kind', 'wait_ref']);
  });

  await knex.schema.createTable('signals', table => {
    table.comment('What has happened, kept in case nobody waits for it yet');
    table.string('kind').notNullable();
    table.text('ref').notNullable();
    table.timestamp('created_at').notNullable();
    table.primary(['kind', 'ref']);
    table.index(['created_at']);
  });

  await knex.schema.createTable('outbox', table => {
    table.comment('What other plugins are to be told, until they know');
    table.string('id').primary();
    table.string('kind').notNullable();
    table.string('task_id').notNullable();
    table.integer('attempts').notNullable();
    table.timestamp('next_attempt_at').notNullable();
    table.timestamp('created_at').notNullable();
    table.unique(['kind', 'task_id']);
    table.index(['next_attempt_at']);
  });

  await knex.schema.createTable('effects', table => {
    table.comment('What steps created outside');
    table.string('id').primary();
    table.string('task_id').notNullable();
    table.string('step_id').notNullable();
    table.string('input_digest').notNullable();
    table.string('status').notNullable();
    table.string('capability').notNullable();
    table.string('provider').notNullable();
    table.string('kind').notNullable();
    table.text('name').notNullable();
    table
      .string('name_digest')
      .notNullable()
      .comment('Of capability, provider, kind and name');
    table.text('url').nullable();
    table.text('reference').nullable().comment('JSON, no values of secrets');
    table.string('attempt').nullable().comment('Who holds the lease');
    table.timestamp('lease_until').nullable();
    table.timestamp('created_at').notNullable();
    table.timestamp('updated_at').notNullable();
    table.unique(['task_id', 'step_id', 'input_digest']);
    table.index(['name_digest', 'task_id']);
  });

  await knex.schema.createTable('effect_names', table => {
    table.comment('Which run owns a name while one of its effects has it');
    table.string('name_digest').primary();
    table.string('task_id').notNullable();
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  for (const table of [
    'effect_names',
    'effects',
    'outbox',
    'signals',
    'suspensions',
    'runs',
  ]) {
    await knex.schema.dropTable(table);
  }
};
