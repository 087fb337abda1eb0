"""Asks a server for the date and the time of day. Start it: python3 daytime_client.py HOST PORT"""
import socket, sys

with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as server:
    print(server.recv(4096).decode())
