// @ts-check

/**
 * Freezes that people make, and which policy bundle worked last.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.createTable('freezes', table => {
    table.comment('Change freezes that people made; rows are never removed');
    table.string('id', 36).primary();
    table.string('from_at', 24).notNullable();
    table.string('to_at', 24).notNullable();
    table.text('environments').nullable().comment('JSON list; null: all');
    table.text('reason').notNullable();
    table.string('created_by').notNullable();
    table.string('created_at', 24).notNullable();
    table.string('ended_by').nullable();
    table.string('ended_at', 24).nullable();
  });
  await knex.schema.createTable('freeze_exemptions', table => {
    table.comment('Who or what a freeze does not stop');
    table.string('id', 36).primary();
    table
      .string('freeze_id', 36)
      .notNullable()
      .references('id')
      .inTable('freezes');
    table.string('kind', 16).notNullable();
    table.string('value', 500).notNullable();
    table.text('reason').notNullable();
    table.string('created_by').notNullable();
    table.string('created_at', 24).notNullable();
    table.unique(['freeze_id', 'kind', 'value']);
  });
  await knex.schema.createTable('freeze_version', table => {
    table.comment('One row, raised with every change: cheap to look at');
    table.integer('id').primary();
    table.integer('version').notNullable();
  });
  await knex('freeze_version').insert({ id: 1, version: 0 });
  await knex.schema.createTable('policy_sources', table => {
    table.comment('The bundle that worked last, by where it came from');
    table.string('source', 2000).primary();
    table
      .string('bundle_digest')
      .notNullable()
      .references('digest')
      .inTable('policy_bundles');
  });
  await knex.schema.alterTable('decisions', table => {
    table.index(['created_at']);
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.alterTable('decisions', table => {
    table.dropIndex(['created_at']);
  });
  for (const name of [
    'policy_sources',
    'freeze_version',
    'freeze_exemptions',
    'freezes',
  ]) {
    await knex.schema.dropTable(name);
  }
};
