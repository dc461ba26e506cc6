import { createConfig, lintFromString } from '@redocly/openapi-core';

/** The findings of a public linter about an OpenAPI document, with every rule as an error. */
export async function lint(document: unknown): Promise<string[]> {
  const config = await createConfig({
    extends: ['recommended-strict'],
    rules: {
      'component-name-unique': 'error',
      'no-duplicated-tag-names': 'error',
      'operation-4xx-problem-details-rfc7807': 'error',
      'operation-singular-tag': 'error',
      'operation-tag-defined': 'error',
      'parameter-description': 'error',
      'path-params-defined': 'error',
      'spec-strict-refs': 'error',
    },
  });
  const problems = await lintFromString({
    source: JSON.stringify(document),
    absoluteRef: 'openapi.json',
    config,
  });
  return problems.map(
    ({ ruleId, message, location: [place] }) => `${ruleId} at ${place?.pointer}: ${message.split('\n', 1)[0]}`,
  );
}
