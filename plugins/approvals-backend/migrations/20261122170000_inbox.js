// @ts-check

/**
 * Keeps what waits for whom as rows of its own, so that an inbox is read and
 * counted along one index, however much was decided long ago.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.createTable('inbox', table => {
    table.comment('Pending requests with a stage open to a person, unvoted');
    table.string('user_ref').notNullable();
    table
      .string('request_id', 36)
      .notNullable()
      .references('id')
      .inTable('requests')
      .index();
    table.string('created_at', 24).notNullable().comment('Of the request');
    table.primary(['user_ref', 'created_at', 'request_id']);
  });
  const columns = ['inbox', 'user_ref', 'request_id', 'created_at'];
  await knex(knex.raw('?? (??, ??, ??)', columns)).insert(
    knex('requests')
      .join('stages', 'stages.request_id', 'requests.id')
      .join('stage_approvers', 'stage_approvers.stage_id', 'stages.id')
      .where('requests.status', 'pending')
      .where('stages.status', 'open')
      .whereNotExists(voted =>
        voted
          .from('votes')
          .whereRaw('votes.request_id = requests.id')
          .whereRaw('votes.voter = stage_approvers.user_ref'),
      )
      .distinct(
        'stage_approvers.user_ref',
        'requests.id',
        'requests.created_at',
      ),
  );
  await knex.schema.alterTable('stage_approvers', table => {
    table.index(['user_ref']);
    table.dropIndex(['user_ref', 'undecided']);
    table.dropColumn('undecided');
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.alterTable('stage_approvers', table => {
    table
      .boolean('undecided')
      .notNullable()
      .defaultTo(true)
      .comment('Whether the stage is open or waiting');
    table.index(['user_ref', 'undecided']);
    table.dropIndex(['user_ref']);
  });
  await knex('stage_approvers')
    .whereNotIn(
      'stage_id',
      knex('stages').whereIn('status', ['open', 'waiting']).select('id'),
    )
    .update({ undecided: false });
  await knex.schema.dropTable('inbox');
};
