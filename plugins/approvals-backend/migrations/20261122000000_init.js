// @ts-check

/*
 * Times are ISO 8601 texts in UTC with milliseconds, JSON is text: both read
 * and sort the same in SQLite and in PostgreSQL. `seq` is the order in which
 * rows were written.
 */

/**
 * @param {import('knex').Knex.CreateTableBuilder} table
 * @param {string[]} names
 */
function times(table, names) {
  for (const name of names) {
    table.string(name, 24).nullable();
  }
}

/**
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.createTable('policy_bundles', table => {
    table.comment('Every policy bundle that has decided something');
    table.string('digest').primary().comment('SHA-256 of the file, in hex');
    table.binary('bytes').notNullable();
  });
  await knex.schema.createTable('policy_data', table => {
    table.comment('Every set of policy data that has decided something');
    table.string('digest').primary().comment('SHA-256 of its canonical JSON');
    table.text('json').notNullable();
  });

  await knex.schema.createTable('decisions', table => {
    table.comment('Every answer of the policy to a gate; rows never change');
    table.increments('seq').primary();
    table.string('id', 36).notNullable().unique();
    table.string('task_id').notNullable();
    table.string('step_id').notNullable();
    table.string('input_digest').notNullable();
    table.text('input').notNullable().comment('Policy input: time and facts');
    table.text('result').notNullable();
    table.string('bundle_digest').notNullable();
    table.string('data_digest').notNullable();
    table.text('subject').nullable().comment('Pull request, head and plan');
    table.string('created_at', 24).notNullable();
    table.unique(['task_id', 'step_id', 'input_digest']);
  });

  await knex.schema.createTable('requests', table => {
    table.comment('Approval requests: decisions that people have to take');
    table.increments('seq').primary();
    table.string('id', 36).notNullable().unique();
    table
      .string('decision_id', 36)
      .notNullable()
      .unique()
      .references('id')
      .inTable('decisions');
    table.string('task_id').notNullable().index();
    table.string('status', 16).notNullable();
    table
      .integer('revision')
      .notNullable()
      .comment('Raised by every writer first, which makes the others wait');
    table.text('title').notNullable();
    table.string('requester').notNullable();
    table.text('links').notNullable();
    table.text('outcome_comment').nullable();
    table.string('outcome_by').nullable();
    table.string('created_at', 24).notNullable();
    times(table, ['decided_at']);
    table.index(['status', 'created_at', 'id']);
    table.index(['requester', 'created_at', 'id']);
    table.index(['created_at', 'id']);
  });

  await knex.schema.createTable('stages', table => {
    table.comment('Approver groups inside requests');
    table.string('id', 36).primary();
    table
      .string('request_id', 36)
      .notNullable()
      .references('id')
      .inTable('requests');
    table.integer('position').notNullable();
    table.string('name').notNullable().comment('Id that the policy gave');
    table.string('kind').notNullable();
    table.string('status', 16).notNullable().index();
    table.integer('quorum').notNullable();
    table.text('approvers').notNullable();
    table.text('reasons').notNullable();
    table.string('due').notNullable().comment('ISO 8601 duration');
    table.string('escalate_after').notNullable().comment('ISO 8601 duration');
    table.text('escalate_to').notNullable();
    table.text('unresolved').nullable().comment('What the look-up missed');
    times(table, ['opened_at', 'due_at', 'decided_at']);
    table.unique(['request_id', 'position']);
  });

  await knex.schema.createTable('stage_approvers', table => {
    table.comment('Who may decide a stage, as last looked up in the catalog');
    table
      .string('stage_id', 36)
      .notNullable()
      .references('id')
      .inTable('stages');
    table.string('user_ref').notNullable().index();
    table.primary(['stage_id', 'user_ref']);
  });

  await knex.schema.createTable('votes', table => {
    table.string('id', 36).primary();
    table
      .string('request_id', 36)
      .notNullable()
      .references('id')
      .inTable('requests');
    table
      .string('stage_id', 36)
      .notNullable()
      .references('id')
      .inTable('stages');
    table.string('voter').notNullable();
    table.string('verdict', 16).notNullable();
    table.text('comment').nullable();
    table.string('created_at', 24).notNullable();
    // One person's vote counts in one stage of a request only.
    table.unique(['request_id', 'voter']);
  });

  await knex.schema.createTable('request_history', table => {
    table.comment('What happened to a request; rows are only ever added');
    table.increments('seq').primary();
    table
      .string('request_id', 36)
      .notNullable()
      .references('id')
      .inTable('requests')
      .index();
    table.string('at', 24).notNullable();
    table.string('actor').notNullable();
    table.string('event').notNullable();
    table.text('detail').nullable();
  });

  await knex.schema.createTable('closed_runs', table => {
    table.comment('Runs that were ended: nothing of theirs is admitted');
    table.string('task_id').primary();
    table.text('comment').notNullable();
    table.string('closed_by').nullable();
    table.string('closed_at', 24).notNullable();
  });

  await knex.schema.createTable('outbox', table => {
    table.comment('What other plugins still have to be told');
    table.string('id', 36).primary();
    table.string('kind').notNullable();
    table.text('payload').notNullable();
    table.integer('attempts').notNullable();
    times(table, ['delivered_at']);
    table.string('next_attempt_at', 24).notNullable();
    table.text('last_error').nullable();
    table.index(['delivered_at', 'next_attempt_at']);
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  for (const name of [
    'outbox',
    'closed_runs',
    'request_history',
    'votes',
    'stage_approvers',
    'stages',
    'requests',
    'decisions',
    'policy_data',
    'policy_bundles',
  ]) {
    await knex.schema.dropTable(name);
  }
};
