// @ts-check

/**
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.alterTable('suspensions', table => {
    // Of very many that wait, the few whose wait is over.
    table.index(['status', 'signalled_at']);
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.alterTable('suspensions', table => {
    table.dropIndex(['status', 'signalled_at']);
  });
};
