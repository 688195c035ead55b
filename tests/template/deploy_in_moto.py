"""Deploys template.yaml into an independent CloudFormation (moto), after SAM's own translator, and checks what it makes.

Needs aws-sam-translator and moto[server], and node with this project's packages on the PATH. Touches loopback only.
Prints one line a check, `ok NAME` or `FAILED NAME: what`, and exits with the number of failures.
"""

import ast
import copy
import http.server
import io
import json
import logging
import os
import subprocess
import sys
import tempfile
import threading
import uuid
import warnings
import zipfile
from pathlib import Path

os.environ.update(
    AWS_ACCESS_KEY_ID="testing",
    AWS_SECRET_ACCESS_KEY="testing",
    AWS_DEFAULT_REGION="us-east-1",
    AWS_REGION="us-east-1",
)
os.environ.pop("AWS_PROFILE", None)

import boto3  # noqa: E402
from moto.server import ThreadedMotoServer  # noqa: E402
from samtranslator.translator.managed_policy_translator import ManagedPolicyLoader  # noqa: E402
from samtranslator.translator.transform import transform  # noqa: E402
from samtranslator.yaml_helper import yaml_parse  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
STACK = "millrace"
ACCOUNT = "123456789012"
CODE_BUCKET = "millrace-code"
SHARD_COUNT_ID = "CurrentShardCount"
# Types that moto's CloudFormation does not know and passes over. Another one that it passes over is a failure.
UNKNOWN_TO_MOTO = {
    "AWS::ApiGatewayV2::Api",
    "AWS::ApiGatewayV2::Stage",
    "AWS::KinesisFirehose::DeliveryStream",
    "AWS::Logs::LogStream",
    "AWS::S3::BucketPolicy",
    "AWS::SQS::QueuePolicy",
}

# Outputs that read an attribute of such a resource, over which moto stumbles.
OUTPUTS_UNKNOWN_TO_MOTO = {"EventsUrl"}

failures = 0


def check(name, expected, actual):
    """Compares and prints; goes on after a difference, so that one run shows all of them."""
    global failures
    if expected == actual:
        print(f"ok {name}")
    else:
        failures += 1
        print(f"FAILED {name}: expected {expected!r}, got {actual!r}")


class ShardCountResource:
    """Does for Custom::ShardCount what CloudFormation does, and what moto does not do on an update.

    It calls the function when the resource is new or one of its properties changed, and keeps the last answer otherwise.
    The function is the template's own code, run by node against moto.
    """

    def __init__(self, endpoint):
        self.endpoint = endpoint
        self.properties = None
        self.answer = None
        self.calls = 0

    def resolve(self, template, parameters):
        properties = substitute(template["Resources"][SHARD_COUNT_ID]["Properties"], parameters)
        if properties != self.properties:
            self.answer = self.call(template, properties)
            self.properties = properties
        return self.answer

    def call(self, template, properties):
        self.calls += 1
        answers = []

        class TakeAnswer(http.server.BaseHTTPRequestHandler):
            def do_PUT(self):
                answers.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
                self.send_response(200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        server = http.server.HTTPServer(("127.0.0.1", 0), TakeAnswer)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        event = {
            "RequestType": "Create" if self.properties is None else "Update",
            "ResponseURL": f"http://127.0.0.1:{server.server_port}/",
            "StackId": f"arn:aws:cloudformation:us-east-1:{ACCOUNT}:stack/{STACK}/{uuid.uuid4()}",
            "RequestId": str(uuid.uuid4()),
            "LogicalResourceId": SHARD_COUNT_ID,
            "ResourceType": "Custom::ShardCount",
            "ResourceProperties": properties,
        }
        with tempfile.NamedTemporaryFile("w", suffix=".cjs") as code:
            code.write(template["Resources"]["ReadShardCountFunction"]["Properties"]["Code"]["ZipFile"])
            code.flush()
            subprocess.run(
                ["node", str(ROOT / "tests/template/read-shard-count.mjs"), code.name, "30000"],
                input=json.dumps(event),
                text=True,
                check=True,
                cwd=ROOT,
                stdout=subprocess.DEVNULL,
                env={**os.environ, "AWS_ENDPOINT_URL": self.endpoint},
                timeout=60,
            )
        server.shutdown()
        [answer] = answers
        if answer["Status"] != "SUCCESS":
            raise RuntimeError(f"the shard count was not read: {answer['Reason']}")
        return answer["Data"]["ShardCount"]


def substitute(value, parameters):
    """Replaces Ref of a parameter or of the stack's name; the service token stays as it is, since nothing reads it."""
    if isinstance(value, dict):
        if list(value) == ["Ref"]:
            return STACK if value["Ref"] == "AWS::StackName" else parameters[value["Ref"]]
        return {key: substitute(inner, parameters) for key, inner in value.items()}
    return [substitute(inner, parameters) for inner in value] if isinstance(value, list) else value


def replace_get_att(value, logical_id, attribute, replacement):
    if isinstance(value, dict):
        if value in ({"Fn::GetAtt": [logical_id, attribute]}, {"Fn::GetAtt": f"{logical_id}.{attribute}"}):
            return replacement
        return {key: replace_get_att(inner, logical_id, attribute, replacement) for key, inner in value.items()}
    if isinstance(value, list):
        return [replace_get_att(inner, logical_id, attribute, replacement) for inner in value]
    return value


def translate(parameters, iam):
    """The template after SAM's translator, with code as `sam package` would have uploaded it."""
    template = yaml_parse((ROOT / "template.yaml").read_text())
    for resource in template["Resources"].values():
        for key in ("CodeUri", "ContentUri"):
            if key in resource.get("Properties", {}):
                resource["Properties"][key] = f"s3://{CODE_BUCKET}/code.zip"
    return transform(template, parameters, ManagedPolicyLoader(iam))


def main():
    warnings.filterwarnings("ignore", message="Tried to parse")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    logging.getLogger("moto").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    try:
        deploy_and_check(endpoint)
    finally:
        server.stop()


def deploy_and_check(endpoint):
    client = {
        name: boto3.client(name, endpoint_url=endpoint)
        for name in ("cloudformation", "kinesis", "s3", "sqs", "dynamodb", "lambda", "iam", "logs")
    }
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as package:
        package.writestr("handler.js", "exports.handler = async () => ({});")
    client["s3"].create_bucket(Bucket=CODE_BUCKET)
    client["s3"].put_object(Bucket=CODE_BUCKET, Key="code.zip", Body=archive.getvalue())

    declared = yaml_parse((ROOT / "template.yaml").read_text())["Parameters"]
    defaults = {name: str(definition["Default"]) for name, definition in declared.items()}
    shard_count = ShardCountResource(endpoint)
    passed_over = set()

    def deploy(operation, **overrides):
        parameters = {**defaults, **overrides}
        translated = translate(parameters, client["iam"])
        body = copy.deepcopy(translated)
        count = shard_count.resolve(translated, parameters)
        del body["Resources"][SHARD_COUNT_ID]
        for output in OUTPUTS_UNKNOWN_TO_MOTO:
            del body["Outputs"][output]
        body = replace_get_att(body, SHARD_COUNT_ID, "ShardCount", count)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            operation(
                StackName=STACK,
                TemplateBody=json.dumps(body),
                Capabilities=["CAPABILITY_IAM"],
                Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
            )
        for warning in caught:
            message = str(warning.message)
            if "not supported by moto" in message:
                passed_over.add(message.split()[3])
        return translated

    translated = deploy(client["cloudformation"].create_stack, ShardCount="2")
    stack = client["cloudformation"].describe_stacks(StackName=STACK)["Stacks"][0]
    check("the stack is created", "CREATE_COMPLETE", stack["StackStatus"])
    check("moto passes over the types it does not know and no others", UNKNOWN_TO_MOTO, passed_over)

    resources = {
        resource["LogicalResourceId"]: resource
        for resource in client["cloudformation"].describe_stack_resources(StackName=STACK)["StackResources"]
        # moto lists what it passed over as empty entries.
        if "LogicalResourceId" in resource
    }
    expected = {
        logical_id
        for logical_id, resource in translated["Resources"].items()
        if resource["Type"] not in UNKNOWN_TO_MOTO and logical_id != SHARD_COUNT_ID
    }
    check("every other resource is in the stack", expected, set(resources))
    physical = {logical_id: resource.get("PhysicalResourceId") for logical_id, resource in resources.items()}
    for output in stack["Outputs"]:
        key = output["OutputKey"]
        check(f"the output {key} is the resource", physical[key.removesuffix("Name").removesuffix("Url")], output["OutputValue"])

    check_functions(client, physical, translated)
    check_mapping(client, physical)
    check_stores(client, physical)
    check_shard_count(client, physical, deploy, shard_count)


def check_functions(client, physical, translated):
    functions = [key for key, value in translated["Resources"].items() if value["Type"] == "AWS::Lambda::Function"]
    roles = set()
    for logical_id in sorted(functions):
        configuration = client["lambda"].get_function_configuration(FunctionName=physical[logical_id])
        role = configuration["Role"].split("/")[-1]
        roles.add(role)
        check(f"{logical_id} has its own role", physical[f"{logical_id}Role"], role)
        check(f"{logical_id} runs on nodejs24.x", "nodejs24.x", configuration["Runtime"])
        check(f"no managed policy is attached to the role of {logical_id}", [], client["iam"].list_attached_role_policies(RoleName=role)["AttachedPolicies"])
        for name in client["iam"].list_role_policies(RoleName=role)["PolicyNames"]:
            document = client["iam"].get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
            # moto keeps what CloudFormation gives it as Python writes it.
            document = ast.literal_eval(document) if isinstance(document, str) else document
            wide = [statement for statement in document["Statement"] if "*" in (statement["Resource"], statement["Action"])]
            check(f"the policy {name} of {logical_id} names its resources and actions", [], wide)
        group = physical[f"{logical_id}LogGroup"]
        [described] = [found for found in client["logs"].describe_log_groups(logGroupNamePrefix=group)["logGroups"] if found["logGroupName"] == group]
        check(f"the log group of {logical_id} has a retention", 30, described.get("retentionInDays"))
    check("no two functions share a role", len(functions), len(roles))
    made_by_sam = [key for key, value in translated["Resources"].items() if value["Type"] == "AWS::IAM::Role" and key not in physical]
    check("SAM's translator adds no role of its own", [], made_by_sam)


def check_mapping(client, physical):
    [mapping] = client["lambda"].list_event_source_mappings(FunctionName=physical["ScoreEventsFunction"])["EventSourceMappings"]
    stream_arn = client["kinesis"].describe_stream_summary(StreamName=physical["EventStream"])["StreamDescriptionSummary"]["StreamARN"]
    check("score-events reads the stream", (stream_arn, 500), (mapping["EventSourceArn"], mapping["BatchSize"]))


def check_stores(client, physical):
    for logical_id in ("LakeBucket", "FailuresBucket"):
        bucket = physical[logical_id]
        [rule] = client["s3"].get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
        check(f"{logical_id} is encrypted", "AES256", rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"])
    for logical_id, key in (("VisitorTable", "pk"), ("IdempotencyTable", "id")):
        table = client["dynamodb"].describe_table(TableName=physical[logical_id])["Table"]
        check(f"{logical_id} is on demand, by {key}", ("PAY_PER_REQUEST", key), (table["BillingModeSummary"]["BillingMode"], table["KeySchema"][0]["AttributeName"]))
    attributes = client["sqs"].get_queue_attributes(QueueUrl=physical["AlertQueue"], AttributeNames=["All"])["Attributes"]
    dead_letters = client["sqs"].get_queue_attributes(QueueUrl=physical["AlertDeadLetterQueue"], AttributeNames=["QueueArn"])["Attributes"]
    check("alerts that fail five times go to the dead-letter queue", {"deadLetterTargetArn": dead_letters["QueueArn"], "maxReceiveCount": 5}, json.loads(attributes["RedrivePolicy"]))


def check_shard_count(client, physical, deploy, shard_count):
    stream = physical["EventStream"]

    def open_shards():
        return client["kinesis"].describe_stream_summary(StreamName=stream)["StreamDescriptionSummary"]["OpenShardCount"]

    check("the stream is created with ShardCount", 2, open_shards())
    client["kinesis"].update_shard_count(StreamName=stream, TargetShardCount=4, ScalingType="UNIFORM_SCALING")
    check("resharding by the API works", 4, open_shards())
    calls = shard_count.calls
    deploy(client["cloudformation"].update_stack, ShardCount="2", ScoreBatchSize="200")
    check("a redeployment that leaves the stream alone keeps its shards", 4, open_shards())
    check("and does not ask for their number", calls, shard_count.calls)
    deploy(client["cloudformation"].update_stack, ShardCount="2", ScoreBatchSize="200", RetentionHours="48")
    summary = client["kinesis"].describe_stream_summary(StreamName=stream)["StreamDescriptionSummary"]
    check("a redeployment with another retention sets it", 48, int(summary["RetentionPeriodHours"]))
    check("and keeps the shards", 4, open_shards())
    client["kinesis"].update_shard_count(StreamName=stream, TargetShardCount=3, ScalingType="UNIFORM_SCALING")
    deploy(client["cloudformation"].update_stack, ShardCount="8", ScoreBatchSize="200", RetentionHours="24")
    check("so does one with another ShardCount, which counts at creation only", 3, open_shards())
    stack = client["cloudformation"].describe_stacks(StackName=STACK)["Stacks"][0]
    check("the stack is updated", "UPDATE_COMPLETE", stack["StackStatus"])


if __name__ == "__main__":
    main()
    sys.exit(min(failures, 100))
