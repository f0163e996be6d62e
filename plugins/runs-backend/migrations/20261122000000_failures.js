// @ts-check

/**
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.alterTable('runs', table => {
    table.string('phase').notNullable().defaultTo('active');
    table
      .integer('version')
      .notNullable()
      .defaultTo(0)
      .comment('Grows with each change of phase, which compares and sets it');
    table.text('title').nullable().comment('For people');
    table.string('team').nullable();
    table.string('task_status').nullable().comment('As last seen');
    table.string('on_failure').notNullable().defaultTo('hold');
    table.float('hold_hours').notNullable().defaultTo(24);
    table.timestamp('held_until').nullable();
    table.timestamp('reminded_at').nullable();
    table.text('failure').nullable().comment('JSON: stepId, problem');
    table.string('ended_by').nullable();
    table.text('end_comment').nullable();
    table.timestamp('ended_at').nullable();
    table.string('replaces').nullable();
    table.string('replaced_by').nullable();
    table
      .boolean('imported')
      .notNullable()
      .defaultTo(false)
      .comment('Seen in the scaffolder; no gate has registered it');
    table
      .timestamp('next_look_at')
      .nullable()
      .comment('When the sweep looks at it, where nothing has told of it');
    table
      .timestamp('lease_until')
      .nullable()
      .comment('Who rolls back holds it');
    table.index(['phase', 'next_look_at']);
    table.index(['requester', 'created_at']);
    table.index(['team', 'created_at']);
    table.index(['created_at', 'task_id']);
  });
  await knex('runs').update({ next_look_at: knex.ref('created_at') });

  await knex.schema.createTable('run_entities', table => {
    table.comment('Which entities of the catalog a run is about');
    table.string('task_id').notNullable();
    table.string('entity_ref').notNullable();
    table.primary(['task_id', 'entity_ref']);
    table.index(['entity_ref']);
  });

  await knex.schema.createTable('step_reports', table => {
    table.comment('What became of attempts of steps');
    table.string('id').primary();
    table.string('task_id').notNullable();
    table.string('step_id').notNullable();
    table.string('outcome').notNullable();
    table.text('problem').nullable().comment('JSON');
    table.timestamp('retry_at').nullable();
    table.timestamp('created_at').notNullable();
    table.index(['task_id', 'created_at']);
  });

  await knex.schema.createTable('interventions', table => {
    table.comment('Persons who are asked to put something right outside');
    table.string('id').primary();
    table.string('task_id').notNullable();
    table.string('step_id').notNullable();
    table.string('input_digest').notNullable();
    table.string('group_ref').notNullable();
    table.text('instructions').notNullable();
    table.text('problem').notNullable().comment('JSON');
    table.string('answer').nullable();
    table.string('answered_by').nullable();
    table.text('comment').nullable();
    table.timestamp('answered_at').nullable();
    table.timestamp('created_at').notNullable();
    table.unique(['task_id', 'step_id', 'input_digest']);
    table.index(['task_id', 'created_at']);
  });

  await knex.schema.createTable('step_durations', table => {
    table.comment('How long steps of completed runs took');
    table.string('task_id').notNullable();
    table.string('step_id').notNullable();
    table.string('template_ref').notNullable();
    table.float('seconds').notNullable();
    table.timestamp('created_at').notNullable();
    table.primary(['task_id', 'step_id']);
    table.index(['template_ref', 'step_id', 'created_at']);
  });

  await knex.schema.createTable('webhook_deliveries', table => {
    table.comment('What came in, so that it is heeded once');
    table.string('receiver').notNullable();
    table.string('delivery_id').notNullable();
    table.timestamp('received_at').notNullable();
    table.primary(['receiver', 'delivery_id']);
    table.index(['received_at']);
  });

  await knex.schema.alterTable('suspensions', table => {
    table.text('wait_subject').nullable();
    table.index(['wait_kind', 'wait_subject']);
  });

  await knex.schema.alterTable('effects', table => {
    table.text('undo_note').nullable();
    table.text('undo_url').nullable();
    table.integer('undo_attempts').notNullable().defaultTo(0);
    table.timestamp('next_undo_at').nullable();
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.alterTable('effects', table => {
    table.dropColumns('undo_note', 'undo_url', 'undo_attempts', 'next_undo_at');
  });
  await knex.schema.alterTable('suspensions', table => {
    table.dropIndex(['wait_kind', 'wait_subject']);
    table.dropColumn('wait_subject');
  });
  for (const table of [
    'webhook_deliveries',
    'step_durations',
    'interventions',
    'step_reports',
    'run_entities',
  ]) {
    await knex.schema.dropTable(table);
  }
  await knex.schema.alterTable('runs', table => {
    table.dropIndex(['phase', 'next_look_at']);
    table.dropIndex(['requester', 'created_at']);
    table.dropIndex(['team', 'created_at']);
    table.dropIndex(['created_at', 'task_id']);
    table.dropColumns(
      'phase',
      'version',
      'title',
      'team',
      'task_status',
      'on_failure',
      'hold_hours',
      'held_until',
      'reminded_at',
      'failure',
      'ended_by',
      'end_comment',
      'ended_at',
      'replaces',
      'replaced_by',
      'imported',
      'next_look_at',
      'lease_until',
    );
  });
};
