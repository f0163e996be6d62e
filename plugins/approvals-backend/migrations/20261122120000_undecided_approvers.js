// @ts-check

/**
 * Lets the inbox of a person be found without a look at what was decided long
 * ago.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
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
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.alterTable('stage_approvers', table => {
    table.index(['user_ref']);
    table.dropIndex(['user_ref', 'undecided']);
    table.dropColumn('undecided');
  });
};
