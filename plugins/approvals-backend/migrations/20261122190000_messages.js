// @ts-check

/**
 * What people are told, in which channel and with what success; what they have
 * chosen; links in mails that decide; and what they answer in chat.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.createTable('deliveries', table => {
    table.comment('One message to one person in one channel, each');
    table.bigIncrements('seq');
    table.string('id', 36).notNullable().unique();
    table
      .string('announcement_id', 36)
      .notNullable()
      .comment('Outbox message; of an update, the delivery that it changes');
    table
      .string('request_id', 36)
      .notNullable()
      .references('id')
      .inTable('requests');
    table.string('stage_id', 36).nullable();
    table.string('event', 32).notNullable();
    table.string('kind', 32).notNullable();
    table.string('recipient', 255).notNullable().comment('User ref');
    table.string('channel', 16).notNullable();
    table
      .string('lane', 16)
      .notNullable()
      .comment('Channel, or update: neither holds up another');
    table.string('status', 16).notNullable();
    table
      .integer('version')
      .notNullable()
      .comment('Raised whenever an update has to be sent anew');
    table.integer('claims').notNullable();
    table.string('claimed_until', 24).nullable();
    table
      .boolean('perhaps_sent')
      .notNullable()
      .comment('An attempt was made of which nobody knows the outcome');
    table.integer('attempts').notNullable().comment('That failed');
    table.string('next_attempt_at', 24).notNullable();
    table.string('provider').nullable();
    table
      .text('reference')
      .nullable()
      .comment('Where a chat message lies, as JSON');
    table.text('error').nullable();
    table.string('created_at', 24).notNullable();
    table.string('changed_at', 24).notNullable();
    table.unique(['announcement_id', 'recipient', 'channel']);
    table.index(['lane', 'status', 'next_attempt_at']);
    table.index(['lane', 'recipient', 'claimed_until']);
    table.index(['lane', 'recipient', 'status', 'next_attempt_at']);
    table.index(['request_id']);
  });
  await knex.schema.createTable('message_preferences', table => {
    table.comment('Channels that a person has chosen for a kind of message');
    table.string('person', 255).notNullable();
    table.string('kind', 32).notNullable();
    table.text('channels').notNullable().comment('JSON list');
    table.primary(['person', 'kind']);
  });
  await knex.schema.createTable('decision_links', table => {
    table.comment('Links in mails; the token itself is nowhere');
    table.string('token_hash', 64).primary().comment('SHA-256, hexadecimal');
    table.string('person', 255).notNullable();
    table
      .string('request_id', 36)
      .notNullable()
      .references('id')
      .inTable('requests');
    table.string('stage_id', 36).notNullable();
    table.string('created_at', 24).notNullable();
    table.string('used_at', 24).nullable();
  });
  await knex.schema.createTable('message_answers', table => {
    table.comment('What people answered in chat, until it has been acted upon');
    table.bigIncrements('seq');
    table.string('id', 36).notNullable().unique();
    table.string('provider').notNullable();
    table.string('delivery_id').notNullable();
    table.text('answer').nullable().comment('JSON; null once it is done');
    table.string('received_at', 24).notNullable();
    table.integer('attempts').notNullable();
    table.string('next_attempt_at', 24).notNullable();
    table.string('done_at', 24).nullable();
    table.text('outcome').nullable();
    table.unique(['provider', 'delivery_id']);
    table.index(['done_at', 'next_attempt_at']);
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  for (const name of [
    'message_answers',
    'decision_links',
    'message_preferences',
    'deliveries',
  ]) {
    await knex.schema.dropTable(name);
  }
};
