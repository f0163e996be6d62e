// @ts-check

/** Rows that are read at a time. */
const BATCH = 500;

/**
 * Copies what lists are filtered by out of the decisions, which stay the
 * truth.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.alterTable('requests', table => {
    table.string('environment').nullable();
    table.string('team').nullable();
    table.string('risk', 16).nullable();
  });
  await knex.schema.createTable('request_teams', table => {
    table.comment('Teams that requests concern');
    table
      .string('request_id', 36)
      .notNullable()
      .references('id')
      .inTable('requests');
    table.string('team').notNullable();
    table.primary(['request_id', 'team']);
    table.index(['team', 'request_id']);
  });
  for (let after = 0; ; ) {
    const rows = await knex('requests')
      .join('decisions', 'decisions.id', 'requests.decision_id')
      .where('requests.seq', '>', after)
      .orderBy('requests.seq')
      .limit(BATCH)
      .select('requests.seq', 'requests.id', 'input', 'result');
    for (const { id, input, result } of rows) {
      const {
        environment,
        team,
        affectedTeams = [],
      } = JSON.parse(input).request;
      const { risk } = JSON.parse(result);
      await knex('requests').where({ id }).update({ environment, team, risk });
      const teams = new Set([team, ...affectedTeams].filter(Boolean));
      for (const one of teams) {
        await knex('request_teams').insert({ request_id: id, team: one });
      }
    }
    const last = rows.at(-1);
    if (!last) {
      return;
    }
    after = last.seq;
  }
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.dropTable('request_teams');
  // Knex would copy the table on SQLite, which others refer to.
  for (const column of ['environment', 'team', 'risk']) {
    await knex.raw('alter table requests drop column ??', [column]);
  }
};
