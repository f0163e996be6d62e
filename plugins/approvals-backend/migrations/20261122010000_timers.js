// @ts-check

/**
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.alterTable('stages', table => {
    table.string('escalated_at', 24).nullable();
  });
  await knex.schema.createTable('timers', table => {
    table.comment('What happens to open stages by itself');
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
    table.string('kind', 16).notNullable();
    table.string('fires_at', 24).notNullable();
    table.string('fired_at', 24).nullable();
    // A stage opens once, so nothing can be planned for it twice.
    table.unique(['stage_id', 'kind']);
    table.index(['fired_at', 'fires_at']);
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.dropTable('timers');
  // Knex would copy the table on SQLite, which others refer to.
  await knex.raw('alter table stages drop column escalated_at');
};
