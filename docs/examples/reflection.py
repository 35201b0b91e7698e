#!/usr/bin/python3
"""Calls a server of which nothing is known but its address: it tells its services
and messages by reflection, as grpcurl has it.

  reflection.py ADDRESS list
  reflection.py ADDRESS SERVICE/METHOD JSON

Needs Debian's python3-grpcio, python3-protobuf, protobuf-compiler and grpc-proto.
"""
import importlib
import subprocess
import sys
import tempfile

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

PROTO = "/usr/share/grpc-proto/grpc/reflection/v1"
METHOD = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"


def reflection_messages():
    """The messages of reflection itself, generated into a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["protoc", f"-I{PROTO}", f"--python_out={folder}", "reflection.proto"],
                       check=True)
        sys.path.insert(0, folder)
        try:
            return importlib.import_module("reflection_pb2")
        finally:
            sys.path.remove(folder)


class Server:
    """What a server tells of itself."""

    def __init__(self, address):
        self._messages = reflection_messages()
        self._channel = grpc.insecure_channel(address)
        self._pool = descriptor_pool.DescriptorPool()
        self._known = set()

    def _ask(self, **question):
        messages = self._messages
        call = self._channel.stream_stream(
            METHOD, request_serializer=messages.ServerReflectionRequest.SerializeToString,
            response_deserializer=messages.ServerReflectionResponse.FromString)
        answers = call(iter([messages.ServerReflectionRequest(**question)]), timeout=10)
        return next(iter(answers))

    def services(self):
        """Their names."""
        answer = self._ask(list_services="")
        return [service.name for service in answer.list_services_response.service]

    def _add(self, answer):
        """Takes files in, those that they import first."""
        for data in answer.file_descriptor_response.file_descriptor_proto:
            file = descriptor_pb2.FileDescriptorProto.FromString(data)
            if file.name in self._known:
                continue
            self._known.add(file.name)
            for name in file.dependency:
                if name not in self._known:
                    self._add(self._ask(file_by_filename=name))
            self._pool.Add(file)

    def call(self, path, text):
        """Calls SERVICE/METHOD with a request in JSON; the response in JSON."""
        service, name = path.split("/")
        self._add(self._ask(file_containing_symbol=service))
        method = self._pool.FindServiceByName(service).methods_by_name[name]
        factory = message_factory.MessageFactory(self._pool)
        request = json_format.Parse(text, factory.GetPrototype(method.input_type)(),
                                    descriptor_pool=self._pool)
        response = self._channel.unary_unary(
            f"/{path}", request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=factory.GetPrototype(method.output_type).FromString)(
                request, timeout=10)
        return json_format.MessageToJson(response, descriptor_pool=self._pool)


if __name__ == "__main__":
    server = Server(sys.argv[1])
    print("\n".join(server.services()) if sys.argv[2] == "list" else server.call(*sys.argv[2:4]))
