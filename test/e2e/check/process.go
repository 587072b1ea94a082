package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// A process of ours. It dies with us, however we end.
type process struct {
	command *exec.Cmd
	log     string
	done    chan struct{}
}

func (w *world) spawn(name, program string, arguments ...string) *process {
	p := &process{log: filepath.Join(w.work, name+".log"), done: make(chan struct{})}
	out, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	check(err)
	defer out.Close()
	p.command = exec.Command(program, arguments...)
	p.command.Dir = w.work
	p.command.Env = w.environment()
	p.command.Stdout, p.command.Stderr = out, out
	// In a group of its own, so that an interrupt from the terminal reaches us only and we end things in order.
	p.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	check(p.command.Start())
	go func() {
		_ = p.command.Wait()
		close(p.done)
	}()
	w.processes = append(w.processes, p)
	return p
}

func (p *process) ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// Ends it, in ten seconds at most; returns the exit code, or -1 when a signal ended it.
func (p *process) stop(signal syscall.Signal) int {
	_ = p.command.Process.Signal(signal)
	select {
	case <-p.done:
	case <-time.After(10 * time.Second):
		_ = p.command.Process.Kill()
		<-p.done
	}
	return p.command.ProcessState.ExitCode()
}

func (p *process) text() string {
	text, _ := os.ReadFile(p.log)
	return string(text)
}

func (w *world) environment() []string {
	return []string{"PATH=" + os.Getenv("PATH"), "HOME=" + w.work, "KUBECONFIG=" + w.kubeconfig, "NO_PROXY=*",
		"TMPDIR=" + w.work, "LC_ALL=C.UTF-8"}
}
