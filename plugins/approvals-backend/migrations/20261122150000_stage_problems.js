// @ts-check

/**
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.alterTable('stages', table => {
    table
      .string('problem_since', 24)
      .nullable()
      .comment('Since when nobody can decide it, as was told to people');
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  // Knex would copy the table on SQLite, which others refer to.
  await knex.raw('alter table stages drop column problem_since');
};
