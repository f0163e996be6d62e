// @ts-check

/**
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.alterTable('requests', table => {
    table
      .string('superseded_by', 36)
      .nullable()
      .comment('Decision of the same gate on a newer head');
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  // Knex would copy the table on SQLite, which others refer to.
  await knex.raw('alter table requests drop column superseded_by');
};
