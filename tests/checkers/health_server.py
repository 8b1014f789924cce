"""A gRPC server on both loopback addresses: health as the name of a service says."""

import sys
from concurrent import futures

import grpc

HEALTH = {"": b"\x08\x01", "sick": b"\x08\x02", "undecided": b""}


def check(request, context):
    name = request[2:].decode()
    if name == "forbidden":
        context.abort(grpc.StatusCode.PERMISSION_DENIED, "not for you, Büro")
    if name == "secret" and ("authorization", "Bearer s3cret-token") not in context.invocation_metadata():
        context.abort(grpc.StatusCode.UNAUTHENTICATED, "no credentials")
    if name == "talkative":
        context.set_trailing_metadata((("x-long", "y" * 6000),))
    if name not in HEALTH and name not in ("secret", "talkative"):
        context.abort(grpc.StatusCode.NOT_FOUND, "unknown service")
    return HEALTH.get(name, HEALTH[""])


class Health(grpc.GenericRpcHandler):
    def service(self, call):
        if call.method == "/grpc.health.v1.Health/Check":
            return grpc.unary_unary_rpc_method_handler(check)


server = grpc.server(futures.ThreadPoolExecutor(2))
server.add_generic_rpc_handlers((Health(),))
for host in ("127.0.0.1", "[::1]"):
    server.add_insecure_port(f"{host}:{sys.argv[1]}")
server.start()
print("ready", flush=True)
server.wait_for_termination()
