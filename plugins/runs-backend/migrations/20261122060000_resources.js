// @ts-check

/**
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.createTable('resources', table => {
    table.comment('What completed runs have made and still exists');
    table.string('id').primary().comment('Task id of the run that made it');
    table.string('status').notNullable();
    table
      .integer('version')
      .notNullable()
      .comment('Grows with each change, which compares and sets it');
    table.text('title').notNullable().comment('For people');
    table.string('kind').notNullable();
    table.text('name').notNullable();
    table.string('template_ref').nullable();
    table.string('requester').nullable();
    table.string('team').nullable();
    table.string('environment').nullable();
    table.double('monthly_cost').nullable();
    table
      .text('lifecycle')
      .notNullable()
      .comment('JSON: templates that remove, change and extend it');
    table.timestamp('expires_at').nullable();
    table
      .integer('warned_days')
      .nullable()
      .comment('Before the end: the newest warning, given or passed over');
    table
      .string('removal_task_id')
      .nullable()
      .comment('The run that removes it, or was last to; none: its end');
    table
      .integer('removal_round')
      .notNullable()
      .defaultTo(0)
      .comment('How often its removal was begun');
    table
      .boolean('removal_told')
      .notNullable()
      .defaultTo(false)
      .comment('That run knows that its removal has failed');
    table
      .timestamp('next_look_at')
      .nullable()
      .comment('When there is something to do about it');
    table
      .timestamp('lease_until')
      .nullable()
      .comment('Who removes it holds it');
    table.timestamp('created_at').notNullable();
    table.timestamp('updated_at').notNullable();
    table.index(['created_at', 'id']);
    table.index(['requester', 'created_at']);
    table.index(['team', 'created_at']);
    table.index(['status', 'created_at']);
    table.index(['next_look_at']);
  });

  await knex.schema.createTable('resource_runs', table => {
    table.comment('Runs that change, remove or extend a resource');
    table.string('task_id').notNullable();
    table.string('role').notNullable().comment('change, removal, extension');
    table.string('resource_id').notNullable();
    table.timestamp('created_at').notNullable();
    table.primary(['task_id', 'role']);
    table.index(['resource_id', 'role', 'created_at']);
  });

  // Of runs that completed before: each is looked at once.
  const live = ['intended', 'created', 'undoing', 'undo-failed'];
  await knex('outbox').insert(
    knex('runs')
      .where({ phase: 'completed' })
      .whereExists(
        knex('effects')
          .whereRaw('effects.task_id = runs.task_id')
          .whereIn('effects.status', live)
          .select('effects.id'),
      )
      .select(
        knex.raw("'run.completed:' || task_id as id"),
        knex.raw("'run.completed' as kind"),
        'task_id',
        knex.raw('0 as attempts'),
        'created_at as next_attempt_at',
        'created_at',
      ),
  );
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex('outbox')
    .where('kind', 'run.completed')
    .orWhere('kind', 'like', 'notify.resource-%')
    .delete();
  await knex.schema.dropTable('resource_runs');
  await knex.schema.dropTable('resources');
};
