import { buildSchema, GraphQLObjectType, isObjectType } from 'graphql';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GRAPHQL_SCHEMA } from './graphqlSchema';

/** What a type looks like: each field with its type and those of its arguments. */
function describeFields(
  type: GraphQLObjectType,
  only?: GraphQLObjectType,
): string[] {
  return Object.values(type.getFields())
    .filter(({ name }) => !only || only.getFields()[name])
    .map(({ name, args, type: fieldType }) => {
      const known = only?.getFields()[name].args ?? args;
      const described = args
        .filter(argument => known.some(entry => entry.name === argument.name))
        .map(argument => `${argument.name}: ${argument.type}`);
      return `${name}(${described.sort()}): ${fieldType}`;
    })
    .sort();
}

/** The package exports an ES module alone, so its schema is read as a file. */
function readPublishedSchema(): string {
  const file = (require.resolve.paths('@octokit/graphql-schema') ?? [])
    .map(path => join(path, '@octokit/graphql-schema/schema.graphql'))
    .find(existsSync);
  return readFileSync(file!, 'utf8');
}

describe('the GraphQL schema', () => {
  // It defines a field twice, which is none of ours.
  const github = buildSchema(readPublishedSchema(), { assumeValidSDL: true });
  const own = Object.values(buildSchema(GRAPHQL_SCHEMA).getTypeMap())
    .filter(({ name }) => !name.startsWith('__'))
    .filter(isObjectType);

  it.each(own.map(type => [type.name, type]))(
    'has of %s what GitHub publishes',
    (name, type) => {
      const theirs = github.getType(String(name));
      expect(isObjectType(theirs)).toBe(true);
      expect(describeFields(type as GraphQLObjectType)).toEqual(
        describeFields(theirs as GraphQLObjectType, type as GraphQLObjectType),
      );
    },
  );
});
