// @ts-check

/**
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.alterTable('effects', table => {
    table
      .timestamp('undo_started_at')
      .nullable()
      .comment('When the present round of undoing began');
    table.index(['task_id', 'status']);
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.alterTable('effects', table => {
    table.dropIndex(['task_id', 'status']);
    table.dropColumn('undo_started_at');
  });
};
