# syntax=docker/dockerfile:1
# escape=\
ARG V=1
FROM --platform=$BUILDPLATFORM a:${V} AS one
ENV a=b "c d"=e f='g h'
LABEL x y z
RUN --mount=type=cache,target=/c,sharing=locked --mount=type=secret,id=s,required <<A cat && <<-"B" cat
#!/bin/sh
A
	tab
	B
COPY --from=one --chmod=u=rwX --link ["a b", "/c"]
ADD --checksum=sha256:0 <<'E' x /
$x
E
ONBUILD COPY <<-E /
	y
	E
HEALTHCHECK --interval=1m30s --retries=3 CMD ["a"]
EXPOSE 80/tcp $P 1-2
SHELL ["/bin/sh", "-c"]
VOLUME ["/a"]
RUN a \
# c

  b
