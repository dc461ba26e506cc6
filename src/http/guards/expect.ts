import { excerpt } from '../../lib/text.ts';
import { PROBLEM_TYPE, problemOf } from '../problem-codes.ts';
import type { App } from '../types.ts';

/** Answers requests that expect something of the server other than `100-continue`, which Node passes to no route. */
export function answerExpectations(app: App): void {
  app.server.on('checkExpectation', (request, response) => {
    const given = excerpt(request.headers.expect ?? '');
    const problem = problemOf('expectation_failed', `Expect is "${given}", expected 100-continue or no such header`);
    response.statusCode = problem.status;
    response.setHeader('content-type', PROBLEM_TYPE);
    // A body may follow that nothing reads.
    response.setHeader('connection', 'close');
    response.end(JSON.stringify(problem));
  });
}
