/**
 * @param {import('knex').Knex} knex
 */
exports.up = async knex => {
  await knex.schema.createTable('provider_checks', table => {
    table.comment('How providers were at their last check');
    table.string('capability').notNullable();
    table.string('provider').notNullable();
    table.text('health').notNullable().comment('JSON');
    table.timestamp('checked_at').notNullable();
    table.primary(['capability', 'provider']);
  });
  await knex.schema.alterTable('step_reports', table => {
    table.index(['created_at']);
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async knex => {
  await knex.schema.alterTable('step_reports', table => {
    table.dropIndex(['created_at']);
  });
  await knex.schema.dropTable('provider_checks');
};
