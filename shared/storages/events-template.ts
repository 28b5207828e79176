import type { EventSource } from './bucket-events.ts';

/** Returns the pattern of events of objects that are written or removed. */
export const eventPattern = ({ bucket, prefix }: Pick<EventSource, 'bucket' | 'prefix'>) => ({
  source: ['aws.s3'],
  'detail-type': ['Object Created', 'Object Deleted'],
  detail: { bucket: { name: [bucket] }, ...(prefix !== '' && { object: { key: [{ prefix }] } }) },
});

/** Returns a CloudFormation template for the tenant's account: a rule that sends its bucket's events to our bus. */
export const eventsTemplate = (source: Pick<EventSource, 'bucket' | 'prefix'>, busArn: string) => ({
  AWSTemplateFormatVersion: '2010-09-09',
  Description: 'Sends events of one bucket, or one prefix of it, to DeepLens, and nothing else',
  Resources: {
    Sender: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Principal: { Service: 'events.amazonaws.com' },
              Action: 'sts:AssumeRole',
              Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
            },
          ],
        },
        Policies: [
          {
            PolicyName: 'send',
            PolicyDocument: {
              Version: '2012-10-17',
              Statement: [{ Effect: 'Allow', Action: 'events:PutEvents', Resource: busArn }],
            },
          },
        ],
      },
    },
    Objects: {
      Type: 'AWS::Events::Rule',
      Properties: {
        Description: 'To DeepLens',
        EventPattern: eventPattern(source),
        Targets: [{ Id: 'deeplens', Arn: busArn, RoleArn: { 'Fn::GetAtt': ['Sender', 'Arn'] } }],
      },
    },
  },
});
export type EventsTemplate = ReturnType<typeof eventsTemplate>;
