"""Recourse for libraries that people call things with: one small module each,
imported by itself, so that nothing is needed that a program does not use.

    requests   Session, RecoveringAdapter
    httpx      RecoveringTransport, AsyncRecoveringTransport
    llm        recovering: clients made like openai's and anthropic's
    langchain  recovering (runnables), node (graphs)
    grpc       RecoveringInterceptor, AsyncRecoveringInterceptor

Each takes the options of recourse.Options as keywords, and `client` where it is
not the one of `recourse.configure`.  Each is the only layer that repeats calls:
what the library itself would repeat is switched off, or must be.  So do not put
`@recourse.recover` around calls that go through one: attempts multiply.
"""
