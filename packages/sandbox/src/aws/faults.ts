import { randomUUID } from 'node:crypto';
import { Response } from 'express';

/**
 * What Secrets Manager says where others have a status of its own: AWS's JSON
 * protocol answers every fault of a client with 400 and a type.
 */
const TYPES: Record<number, [type: string, message: string]> = {
  401: [
    'UnrecognizedClientException',
    'The security token included in the request is invalid.',
  ],
  403: ['AccessDeniedException', 'User is not authorized to perform this.'],
  404: [
    'ResourceNotFoundException',
    "Secrets Manager can't find the specified secret.",
  ],
  409: ['ResourceExistsException', 'A resource with the ID already exists.'],
  422: ['InvalidParameterException', 'The parameter value is invalid.'],
  429: ['ThrottlingException', 'Rate exceeded'],
};

/** Answers a fault as Secrets Manager does. */
export function answerAsAws(response: Response, status: number): void {
  const [type, message] = TYPES[status] ?? [
    status === 503 ? 'ServiceUnavailableException' : 'InternalServiceError',
    'An error occurred on the server side.',
  ];
  response
    .status(status < 500 ? 400 : status)
    .set('x-amzn-RequestId', randomUUID())
    .type('application/x-amz-json-1.1')
    .send(Buffer.from(JSON.stringify({ __type: type, Message: message })));
}
