// @ts-check

/**
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.alterTable('effects', table => {
    // Of all effects, the few whose outcome nobody knows.
    table.index(['status', 'next_undo_at']);
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.alterTable('effects', table => {
    table.dropIndex(['status', 'next_undo_at']);
  });
};
