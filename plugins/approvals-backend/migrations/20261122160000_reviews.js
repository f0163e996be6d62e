// @ts-check

/**
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.alterTable('decisions', table => {
    table
      .string('replaced_by', 36)
      .nullable()
      .comment('The decision of a later review, which counts in its place');
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  // Knex would copy the table on SQLite, which others refer to.
  await knex.raw('alter table decisions drop column replaced_by');
};
