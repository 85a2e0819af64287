// A proxy before a registry that plays faults, over real sockets.
//
//	fault_proxy TARGET FOLDER [CERTIFICATE KEY]
//
// TARGET is 127.0.0.1:PORT. The port it listens on is in FOLDER/port. With a certificate it speaks https and
// HTTP/2. Every request is counted and written to FOLDER/log ("7 PATCH /v2/..."). FOLDER/fault says
// what happens, and is read for each request: "KIND FROM COUNT" plays KIND at COUNT requests (0: at
// all) beginning with number FROM. FOLDER/restart begins the count anew when it appears.
//
//	reset-first     the connection breaks before the request's body is read
//	reset-middle    ... half way through the body, upstream too; or half way through the answer's
//	reset-last      the registry does its work, the answer is lost
//	stall           nothing comes, until the client gives up
//	truncate        the answer's body ends in the middle, though it is said to be longer
//	flip            one bit of the answer's body is another
//	403, 413, 429, 500, 502, 503
//	                that status: 403 and 500 empty, 429 with Retry-After, 502 HTML, 503 half JSON;
//	                413 for large bodies alone
//	expire          401 invalid_token, as for a token that has ended
//	goaway          the answer is right, and the connection takes no further request (GOAWAY)
package main

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

type proxy struct {
	target, folder string
	mutex          sync.Mutex
	number         int
	transport      http.Transport
}

// The request's number, and the fault it meets.
func (p *proxy) count(r *http.Request) string {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if os.Remove(filepath.Join(p.folder, "restart")) == nil {
		p.number = 0
	}
	p.number++
	file, err := os.OpenFile(filepath.Join(p.folder, "log"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err == nil {
		fmt.Fprintf(file, "%d %s %s %s\n", p.number, r.Proto, r.Method, r.URL.Path)
		file.Close()
	}
	text, _ := os.ReadFile(filepath.Join(p.folder, "fault"))
	var kind string
	var from, count int
	if n, _ := fmt.Sscan(string(text), &kind, &from, &count); n != 3 {
		return ""
	}
	if p.number < from || (count > 0 && p.number >= from+count) {
		return ""
	}
	return kind
}

// A body that breaks after some bytes.
type broken struct {
	inner io.Reader
	left  int64
}

func (b *broken) Read(buffer []byte) (int, error) {
	if b.left <= 0 {
		return 0, io.ErrUnexpectedEOF
	}
	if int64(len(buffer)) > b.left {
		buffer = buffer[:b.left]
	}
	n, err := b.inner.Read(buffer)
	b.left -= int64(n)
	return n, err
}

func (p *proxy) forward(r *http.Request, body io.Reader) (*http.Response, error) {
	out, err := http.NewRequest(r.Method, "http://"+p.target+r.URL.RequestURI(), body)
	if err != nil {
		return nil, err
	}
	out.Header = r.Header.Clone()
	out.Host = r.Host
	if r.TLS != nil {
		out.Header.Set("X-Forwarded-Proto", "https")
	}
	out.ContentLength = r.ContentLength
	return p.transport.RoundTrip(out)
}

func abort() { panic(http.ErrAbortHandler) }

func status(w http.ResponseWriter, r *http.Request, kind string) bool {
	switch kind {
	case "429":
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(429)
	case "403":
		w.WriteHeader(403)
	case "500":
		w.WriteHeader(500)
	case "502":
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(502)
		io.WriteString(w, "<html><title>Bad Gateway</title></html>")
	case "503":
		w.WriteHeader(503)
		io.WriteString(w, `{"errors":[{"code":`)
	case "413":
		if r.ContentLength < 300_000 {
			return false
		}
		w.WriteHeader(413)
	case "expire":
		if r.Header.Get("Authorization") == "" {
			return false
		}
		w.Header().Set("WWW-Authenticate",
			fmt.Sprintf(`Bearer realm="http://%s/v2/token",service="container_registry",error="invalid_token"`, r.Host))
		w.WriteHeader(401)
	default:
		return false
	}
	return true
}

func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	kind := p.count(r)
	if status(w, r, kind) {
		return
	}
	var body io.Reader = r.Body
	switch kind {
	case "reset-first":
		abort()
	case "stall":
		<-r.Context().Done()
		abort()
	case "reset-middle":
		if r.ContentLength > 1 {
			body = &broken{r.Body, r.ContentLength / 2}
		}
	}
	answer, err := p.forward(r, body)
	if err != nil || kind == "reset-last" {
		abort()
	}
	defer answer.Body.Close()
	bytes_, err := io.ReadAll(answer.Body)
	if err != nil {
		abort()
	}
	for name, values := range answer.Header {
		w.Header()[name] = values
	}
	if length := answer.Header.Get("Content-Length"); length == "" && r.Method != "HEAD" {
		w.Header().Set("Content-Length", fmt.Sprint(len(bytes_)))
	}
	if kind == "goaway" {
		w.Header().Set("Connection", "close")
	}
	if kind == "flip" && len(bytes_) > 0 {
		bytes_ = bytes.Clone(bytes_)
		bytes_[len(bytes_)/2] ^= 1
	}
	w.WriteHeader(answer.StatusCode)
	if kind == "reset-middle" || kind == "truncate" {
		w.Write(bytes_[:len(bytes_)/2])
		if flusher, ok := w.(http.Flusher); ok {
			flusher.Flush()
		}
		if kind == "reset-middle" || len(bytes_) > 1 {
			abort()
		}
	}
	w.Write(bytes_)
}

func main() {
	if len(os.Args) != 3 && len(os.Args) != 5 {
		log.Fatal("usage: fault_proxy TARGET FOLDER [CERTIFICATE KEY]")
	}
	p := &proxy{target: os.Args[1], folder: os.Args[2]}
	p.transport.DisableCompression = true
	p.transport.ResponseHeaderTimeout = 20 * time.Second
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	address := listener.Addr().String()
	port := filepath.Join(p.folder, "port")
	if err := os.WriteFile(port+".new", []byte(address[strings.LastIndex(address, ":")+1:]), 0o644); err != nil {
		log.Fatal(err)
	}
	if err := os.Rename(port+".new", port); err != nil {
		log.Fatal(err)
	}
	server := &http.Server{Handler: p, ErrorLog: log.New(io.Discard, "", 0)}
	if len(os.Args) == 5 {
		server.TLSConfig = &tls.Config{}
		log.Fatal(server.ServeTLS(listener, os.Args[3], os.Args[4]))
	}
	log.Fatal(server.Serve(listener))
}
