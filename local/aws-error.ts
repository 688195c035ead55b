/** A refusal in an AWS service's words: `name` is the error's code on the wire, `statusCode` its HTTP status. */
export class AwsError extends Error {
  readonly statusCode: number;

  constructor(name: string, message: string, statusCode = 400) {
    super(message);
    this.name = name;
    this.statusCode = statusCode;
  }
}
