#!/usr/bin/python3
"""Calls a gRPC method with a descriptor set alone, without generated code.

  descriptors.py DESCRIPTOR_SET ADDRESS SERVICE/METHOD JSON

Needs Debian's python3-grpcio and python3-protobuf.
"""
import sys

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory


def load(path):
    """A pool of all that the set at `path` describes."""
    with open(path, "rb") as file:
        described = descriptor_pb2.FileDescriptorSet.FromString(file.read())
    pool = descriptor_pool.DescriptorPool()
    for file in described.file:  # Each after those that it imports.
        pool.Add(file)
    return pool


def call(pool, channel, name, body):
    """The answer of the method SERVICE/METHOD to a request in JSON, as JSON."""
    service, method = name.split("/")
    described = pool.FindServiceByName(service).methods_by_name[method]
    factory = message_factory.MessageFactory(pool)
    request = factory.GetPrototype(described.input_type)()
    answer = factory.GetPrototype(described.output_type)
    json_format.Parse(body, request, descriptor_pool=pool)
    send = channel.unary_unary(f"/{name}", request_serializer=type(request).SerializeToString,
                               response_deserializer=answer.FromString)
    return json_format.MessageToJson(send(request, timeout=5), descriptor_pool=pool)


if __name__ == "__main__":
    SET, ADDRESS, NAME, BODY = sys.argv[1:]
    with grpc.insecure_channel(ADDRESS) as to_server:
        print(call(load(SET), to_server, NAME, BODY))
